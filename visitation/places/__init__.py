"""Provinces, sites, stations, opening hours and closures."""

from visitation.places.grants import (
    end_grant,
    grant_province,
    grants_of,
)
from visitation.places.policy import LIMITS, Policy, policy_of
from visitation.places.policy_checks import Unfit
from visitation.places.policy_choices import (
    Proposed,
    choose,
    proposed,
    set_policy,
)
from visitation.places.policy_levels import (
    NATION,
    Level,
    Origin,
    origins,
    policy_at,
    scope_of_province,
    scope_of_site,
)
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
    ProvinceGrant,
    SessionTemplate,
    Site,
    SitePolicy,
    Station,
)
from visitation.places.templates import (
    Opening,
    add_template,
    check_last_day,
    end_template,
    templates_of,
)

__all__ = [
    "DEFAULT_ZONE",
    "LIMITS",
    "NATION",
    "Closure",
    "Holiday",
    "Level",
    "MobileDay",
    "MobileStop",
    "Opening",
    "Origin",
    "Policy",
    "Proposed",
    "Province",
    "ProvinceGrant",
    "SessionTemplate",
    "Site",
    "SitePolicy",
    "Station",
    "Unfit",
    "add_province",
    "add_site",
    "add_station",
    "add_template",
    "check_last_day",
    "choose",
    "edit_province",
    "edit_site",
    "end_grant",
    "end_template",
    "find_sites",
    "grant_province",
    "grants_of",
    "origins",
    "policy_at",
    "policy_of",
    "proposed",
    "provinces",
    "put_in_order",
    "rename_station",
    "scope_of_province",
    "scope_of_site",
    "set_policy",
    "stations_of",
    "take_out_of_order",
    "templates_of",
]
