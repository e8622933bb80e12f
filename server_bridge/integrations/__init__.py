"""What monitoring and building automation are told: Prometheus, Grafana, Home Assistant."""
