"""Longer proofs, run by hand: `python -m tests.prove.<name>`."""
