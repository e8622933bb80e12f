"""Connect to the MQTT broker and publish retained messages."""
