"""The waiting list: who waits for a slot, what was offered, and plans for many."""
