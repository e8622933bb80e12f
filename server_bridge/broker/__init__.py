"""The broker we do not write: mosquitto's configuration and access list, and where it is found."""
