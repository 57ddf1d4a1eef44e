"""Settings, wiring, and the command line. Knows everyone; nobody imports it."""
