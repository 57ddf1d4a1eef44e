"""Media without decoding: one transport per leg, packets in, packets out."""
