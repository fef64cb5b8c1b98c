// KeyStoreServerTests
