"""Licences, mandates and rosters."""
