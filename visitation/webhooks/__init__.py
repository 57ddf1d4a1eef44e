"""What other systems are told, signed and in order."""
