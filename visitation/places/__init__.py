"""Provinces, sites, stations, opening hours and closures."""

from visitation.places.policy import Policy, policy_of, set_policy
from visitation.places.tables import (
    Closure,
    Province,
    SessionTemplate,
    Site,
    SitePolicy,
    Station,
)

__all__ = [
    "Closure",
    "Policy",
    "Province",
    "SessionTemplate",
    "Site",
    "SitePolicy",
    "Station",
    "policy_of",
    "set_policy",
]
