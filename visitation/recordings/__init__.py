"""What is kept of visits that may be recorded, for how long, and who heard it."""
