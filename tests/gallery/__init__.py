"""Pictures of every page, taken of the stage that `tests.pages` raises."""
