"""The MQTT connection of the bridge."""
