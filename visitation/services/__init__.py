"""Services done at a point, one record each."""
