"""Lawyers, experts and graduates: licences, mandates and what each group may do."""
