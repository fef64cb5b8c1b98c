// AuthDeliveryServerTests
