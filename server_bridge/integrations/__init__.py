"""Export data for monitoring and building automation: Prometheus, Grafana, Home Assistant."""
