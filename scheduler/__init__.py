"""Everything about time: slots, booking rules, booking, sweeps, messages going out."""
