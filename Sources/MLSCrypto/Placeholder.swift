// MLSCrypto
