"""Tests of what is kept of visits."""
