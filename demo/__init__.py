"""The main job on one machine: two gates, a broker, a bridge and its page, all real but the Pi."""
