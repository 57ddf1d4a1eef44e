"""From journals of packets to files that play: finished in processes apart."""
