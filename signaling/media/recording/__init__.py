"""Packets kept as they arrive, sealed and written off the media loop."""
