"""What people file by themselves, step by step."""
