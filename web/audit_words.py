"""Words for everything the record keeps, with nobody's name in them.

What is done to visits has its sentences in `visit_story`; the rest has them here.
"""

from collections.abc import Mapping
from types import MappingProxyType

from markupsafe import Markup

from visitation.audit.tables import AuditEntry
from web import present
from web.case_words import CASE_ACTS
from web.i18n import N_, _, raw_gettext
from web.visit_story import ACTS

_OTHERS: Mapping[str, str] = {
    "sign_in": N_("Signed in"),
    "sign_in_refused": N_("Tried to sign in and was refused"),
    "lock_screen": N_("Locked a shared screen"),
    "take_over": N_("Took over a shared screen"),
    "take_over_refused": N_("Tried to take over a shared screen and was refused"),
    "set_pin": N_("Set a PIN for shared screens"),
    "end_sessions": N_("Signed an account out of a browser"),
    "add_account": N_("Added an account"),
    "edit_account": N_("Changed an account"),
    "disable_account": N_("Closed an account"),
    "enable_account": N_("Opened an account again"),
    "change_password": N_("Changed a password"),
    "enrol_totp": N_("Set up a second factor"),
    "forget_totp": N_("Removed a second factor"),
    "issue_token": N_("Issued a token for a program"),
    "revoke_token": N_("Revoked a token of a program"),
    "open_feed": N_("Made a calendar address"),
    "close_feed": N_("Took back a calendar address"),
    "add_hours": N_("Added hours of an official"),
    "end_hours": N_("Ended hours of an official"),
    "cover": N_("Planned an official for a day"),
    "uncover": N_("Took an official off a day"),
    "cover_from": N_("Said from where an official attends"),
    "add_province": N_("Added a province"),
    "edit_province": N_("Changed a province"),
    "add_site": N_("Added a place"),
    "edit_site": N_("Changed a place"),
    "add_station": N_("Added a station"),
    "rename_station": N_("Renamed a station"),
    "station_out_of_order": N_("Took a station out of order"),
    "station_in_order": N_("Put a station in order again"),
    "issue_pairing_code": N_("Issued a code to pair a device"),
    "pair": N_("Paired a device"),
    "unpair": N_("Took a device off a station"),
    "open_station_menu": N_("Opened the menu of a station"),
    "device_test_wanted": N_("Asked a kiosk to test itself"),
    "device_tested": N_("Tested the equipment of a kiosk"),
    "set_policy": N_("Changed the rules of a prison"),
    "add_template": N_("Added sessions of the week"),
    "end_template": N_("Ended sessions of the week"),
    "grant_province": N_("Let a prison serve a province"),
    "end_grant": N_("Ended a prison’s service for a province"),
    "close": N_("Closed a place or a station for a time"),
    "lift_closure": N_("Lifted a closure"),
    "replan_day": N_("Planned a day anew"),
    "seed_holidays": N_("Filled in the holidays of some years"),
    "add_holiday": N_("Added a holiday"),
    "rename_holiday": N_("Renamed a holiday"),
    "restore_holiday": N_("Put a holiday back"),
    "strike_out_holiday": N_("Struck out a holiday"),
    "plan_mobile_day": N_("Planned a day of a mobile office"),
    "change_mobile_day": N_("Changed a day of a mobile office"),
    "add_prisoner": N_("Added a prisoner"),
    "edit_prisoner": N_("Changed a prisoner’s details"),
    "transfer_prisoner": N_("Transferred a prisoner"),
    "release_prisoner": N_("Noted a release"),
    "take_back_prisoner": N_("Took back a release"),
    "adjust_allowance": N_("Changed an allowance by hand"),
    "add_visitor": N_("Added a visitor"),
    "edit_visitor": N_("Changed a visitor’s details"),
    "keep_photo": N_("Kept a photo"),
    "remove_photo": N_("Removed a photo"),
    "link_contact": N_("Linked a visitor to a prisoner"),
    "decide_contact": N_("Decided on a contact"),
    "ask_link": N_("Asked to be linked to a prisoner"),
    "decide_link": N_("Decided on a family’s request to be linked"),
    "ask_licence": N_("Asked for a licence to be verified"),
    "ask_renewal": N_("Asked for a licence to be renewed"),
    "verify_licence": N_("Verified a licence"),
    "extend_licence": N_("Gave a licence another last day"),
    "refuse_licence": N_("Refused a licence"),
    "revoke_licence": N_("Revoked a licence"),
    "end_licence": N_("Ended a licence that a roster leaves out"),
    "ask_mandate": N_("Asked to act for a prisoner"),
    "approve_mandate": N_("Let a professional act for a prisoner"),
    "refuse_mandate": N_("Refused a mandate"),
    "end_mandate": N_("Ended a mandate"),
    "import_roster": N_("Took a roster of graduates in"),
    "order_bar": N_("Barred visits"),
    "lift_bar": N_("Lifted a bar on visits"),
    "keep_apart": N_("Keeps two prisoners apart"),
    "let_meet": N_("Lets two prisoners meet again"),
    "add_appointment": N_("Added an appointment of a prisoner"),
    "change_appointment": N_("Changed an appointment of a prisoner"),
    "cancel_appointment": N_("Cancelled an appointment of a prisoner"),
    "join_waiting_list": N_("Put a family on the waiting list"),
    "waiting_waiting": N_("A family waits again"),
    "waiting_offered": N_("A waiting family was offered a slot"),
    "waiting_placed": N_("A waiting family got a slot"),
    "waiting_withdrawn": N_("A family left the waiting list"),
    "waiting_expired": N_("A family’s days on the waiting list are over"),
    "offer_accepted": N_("An offer was accepted"),
    "offer_declined": N_("An offer was declined"),
    "offer_lapsed": N_("Nobody answered an offer"),
    "end_series": N_("Ended a standing visit"),
    "propose_plan": N_("Made a plan for many families"),
    "publish_plan": N_("Published a plan"),
    "discard_plan": N_("Discarded a plan"),
    "ticket_taken": N_("Gave a number in the queue"),
    "close_point_day": N_("Closed the day of a service point"),
    "search_audit": N_("Searched this record"),
    "export_audit": N_("Exported this record"),
    "verify_audit": N_("Checked the chain of this record"),
    "announce_work": N_("Announced work on the service"),
    "end_work": N_("Took back that work is done on the service"),
    "test_message": N_("Sent a test message"),
    "ticket_call": N_("Called a number of the queue"),
    "ticket_serve": N_("Served a number of the queue"),
    "ticket_leave": N_("Noted that a number had left the queue"),
    "ticket_return": N_("Put a number back into the queue"),
    "record_service": N_("Recorded a service done at a point"),
    "record_service_late": N_("Recorded a service after its day was closed"),
    "withdraw_service": N_("Took back a service that was recorded"),
    "add_webhook": N_("Added a system that is told what happens"),
    "rotate_webhook": N_("Gave such a system another secret"),
    "pause_webhook": N_("Paused telling a system what happens"),
    "resume_webhook": N_("Went on telling a system what happens"),
    "remove_webhook": N_("Removed a system that was told what happens"),
    "replay_webhook": N_("Had events sent again to a system"),
    "test_webhook": N_("Tried whether a system hears us"),
    "mobile_day_planned": N_("Put a day of a mobile office back"),
    "mobile_day_cancelled": N_("Cancelled a day of a mobile office"),
    "messages_wanted": N_("Turned messages to a number on again"),
    "set_retention": N_("Changed how long records are kept"),
    "forget_old": N_("Deleted records that were kept long enough"),
}
WORDS: Mapping[str, str] = MappingProxyType({**ACTS, **CASE_ACTS, **_OTHERS})
#: What something is done to, by the word before the number.
SUBJECTS: Mapping[str, str] = {
    "visit": N_("Visit"),
    "participant": N_("Somebody’s part in a visit"),
    "message": N_("Text message"),
    "prisoner": N_("Prisoner"),
    "visitor": N_("Visitor"),
    "contact": N_("Visitor and prisoner"),
    "account": N_("Account"),
    "site": N_("Prison or office"),
    "station": N_("Station"),
    "system": N_("The service itself"),
    "maintenance": N_("Work on the service"),
    "audit": N_("Record of acts"),
    "province": N_("Province"),
    "holiday": N_("Holiday"),
    "holidays": N_("Holidays"),
    "closure": N_("Closure"),
    "template": N_("Sessions of the week"),
    "plan": N_("Plan for many families"),
    "cover": N_("Day of an official"),
    "service": N_("Service done at a point"),
    "webhook": N_("System that is told what happens"),
    "waiting": N_("Place on the waiting list"),
    "offer": N_("Offer of a slot"),
    "flag": N_("Reason to review"),
    "ruling": N_("Decision of an official"),
    "appointment": N_("Other appointment"),
    "bar": N_("Bar on visits"),
    "series": N_("Standing visit"),
    "mobile_day": N_("Day of a mobile office"),
    "link_request": N_("Request to be linked"),
    "kept_apart": N_("Two kept apart"),
    "case": N_("Request of a prisoner"),
    "licence": N_("Licence of a professional"),
    "mandate": N_("Mandate for a prisoner"),
    "roster": N_("Roster of graduates"),
    "recording": N_("Recording of a visit"),
}
#: `visit_story` tells a late cancellation by a name that no entry has.
_NEVER = frozenset({"visit_cancel_late"})
_ANY = "…"


class _Left(dict[str, str]):
    """Places of a sentence; those that nothing is known for are left open."""

    def __missing__(self, _name: str) -> str:
        return _ANY


def options() -> list[tuple[str, str]]:
    """Every act for a list to choose from, by its words."""
    named = [(act, _plain(act, {})) for act in WORDS if act not in _NEVER]
    return sorted(named, key=lambda one: one[1].replace(_ANY, "").strip())


def sentence(entry: AuditEntry) -> str:
    """What was done."""
    minutes = entry.facts.get("minutes")
    known = {} if minutes is None else {"minutes": present.digits(minutes)}
    return _plain(entry.action, known)


def subject(key: str) -> str:
    """What something was done to or by, by kind and number or reference."""
    kind, _colon, number = key.partition(":")
    words = SUBJECTS.get(kind)
    named = _(words) if words else kind
    if not number.isdigit():
        # A name of ours for something is none that people read.
        return Markup("{} <code>{}</code>").format(named, number) if number else named
    return f"{named} {present.digits(number)}"


def _plain(action: str, known: Mapping[str, str]) -> str:
    known = {"action": action, **known}
    return raw_gettext(WORDS.get(action, N_("Something else (%(action)s)"))) % _Left(
        known
    )
