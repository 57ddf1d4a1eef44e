"""What exists in the service, and what may happen to it."""
