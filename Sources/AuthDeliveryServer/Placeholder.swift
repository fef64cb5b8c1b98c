// AuthDeliveryServer
