"""Provinces, sites, stations, opening hours and closures."""

from visitation.places.policy import LIMITS, Policy, policy_of, set_policy
from visitation.places.sites import (
    add_province,
    add_site,
    edit_province,
    edit_site,
    find_sites,
    provinces,
)
from visitation.places.stations import (
    add_station,
    put_in_order,
    rename_station,
    stations_of,
    take_out_of_order,
)
from visitation.places.tables import (
    DEFAULT_ZONE,
    Closure,
    Holiday,
    MobileDay,
    MobileStop,
    Province,
    SessionTemplate,
    Site,
    SitePolicy,
    Station,
)
from visitation.places.templates import (
    Opening,
    add_template,
    end_template,
    templates_of,
)

__all__ = [
    "DEFAULT_ZONE",
    "LIMITS",
    "Closure",
    "Holiday",
    "MobileDay",
    "MobileStop",
    "Opening",
    "Policy",
    "Province",
    "SessionTemplate",
    "Site",
    "SitePolicy",
    "Station",
    "add_province",
    "add_site",
    "add_station",
    "add_template",
    "edit_province",
    "edit_site",
    "end_template",
    "find_sites",
    "policy_of",
    "provinces",
    "put_in_order",
    "rename_station",
    "set_policy",
    "stations_of",
    "take_out_of_order",
    "templates_of",
]
