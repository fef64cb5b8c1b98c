// CloudMLSAPI
