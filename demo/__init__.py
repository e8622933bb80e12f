"""The whole line on one machine: two gates, broker, bridge and page, all real but the Pi."""
