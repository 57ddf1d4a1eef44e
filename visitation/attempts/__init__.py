"""Attempts: how often something was tried, counted where a restart forgets nothing."""

from visitation.attempts.tables import AttemptCount

__all__ = ["AttemptCount"]
