"""Live calls: wire messages, rooms, the socket, and media."""
