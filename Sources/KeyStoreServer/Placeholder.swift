// KeyStoreServer
