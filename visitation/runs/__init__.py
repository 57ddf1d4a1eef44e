"""Runs: when each sweep last ran, on which node, and how late."""

from visitation.runs.tables import SweepRun

__all__ = ["SweepRun"]
