// CloudMLSClientTests
