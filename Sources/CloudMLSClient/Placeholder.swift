// CloudMLSClient
