"""The figures of the programme, and how each is counted."""
