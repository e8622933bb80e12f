"""Configure and reload mosquitto: configuration file, access list and revocation list."""
