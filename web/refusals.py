"""The sentence for each reason the service refuses something.

The codes are the domain's; the sentences say why, and what to do next.
"""

from collections.abc import Mapping
from datetime import UTC

from scheduler.attendance import AttendsElsewhere, NoOfficialWanted
from scheduler.booking import NotMovable, Refused
from scheduler.choosing import HoldOver
from scheduler.closures import AlreadyClosed, Occupied
from scheduler.deciding import NoSuchWish
from scheduler.remedies import NotOffered
from scheduler.replanned import Changed
from scheduler.requests import TooLateToAsk
from visitation.calls import Denied
from visitation.devices import NoSuchPairingCode
from visitation.errors import Invalid, VisitationError
from visitation.lifecycle import IllegalMove
from visitation.people import UsernameTaken
from visitation.visits import NoLongerThere, NoSuchCode, Overtaken
from web import case_refusals, present
from web.call_refusals import CALL_FACTS
from web.case_refusals import CASE_FACTS, CASES
from web.i18n import N_, _
from web.labels import label
from web.message_refusals import MESSAGES
from web.official_refusals import OFFICIALS
from web.own_refusals import OWN, OWN_FACTS
from web.point_labels import POINT_FACTS, POINT_REASONS
from web.recording_refusals import RECORDING_FACTS
from web.waiting_refusals import WAITING, WAITING_FACTS

#: Every code that use cases raise, in the words people read.
SENTENCES: dict[str, str] = {
    **CASES,
    **OFFICIALS,
    **OWN,
    **POINT_REASONS,
    **WAITING,
    "over": N_("This time is already over. Choose a later one."),
    "begun": N_("This time has already begun. Choose a later one."),
    "too_soon": N_(
        "This is sooner than the prison can prepare a visit. Choose a later time."
    ),
    "too_far_ahead": N_(
        "The prison does not book that far ahead yet. Choose an earlier day."
    ),
    "odd_times": N_(
        "A visit begins and ends on five minutes and takes four hours at most."
    ),
    "not_a_slot": N_(
        "The prison has no opening at this time. Choose one of its free slots."
    ),
    "holiday": N_(
        "This day is a holiday, and the prison keeps no hours. Choose another day."
    ),
    "kind_not_offered": N_(
        "This time is not open to this kind of visit. Choose another time or kind."
    ),
    "closed": N_("The prison or the service point is closed then. Choose another day."),
    "terminal_elsewhere": N_("This terminal is not in this prison. Choose another."),
    "terminal_out_of_order": N_("This terminal is out of order. Choose another."),
    "not_a_kiosk": N_("The family cannot sit there. Choose a kiosk or the own phone."),
    "kiosk_out_of_order": N_("This kiosk is out of order. Choose another place."),
    "kiosk_not_there": N_(
        "The mobile office is not there for the whole of this time. Choose a time "
        "within its stop, or another place."
    ),
    "other_province": N_(
        "The prison takes families of its own province only. Choose a place in the "
        "prison's province, or have this province granted."
    ),
    "prisoner_elsewhere": N_(
        "The prisoner is not in this prison. Choose a slot where the prisoner is."
    ),
    "prisoner_released": N_("The prisoner has been released; no visit is needed."),
    "prisoner_away": N_(
        "The prisoner has to be in court, at a doctor's or elsewhere then. Choose "
        "another time."
    ),
    "kept_apart": N_(
        "Somebody whom the prisoner must not meet has a visit in this prison on that "
        "day. Choose another day."
    ),
    "nobody_visits": N_("Nobody visits. Choose at least one visitor."),
    "party_too_large": N_(
        "These are more visitors than the prison allows. Choose fewer."
    ),
    "not_approved": N_(
        "A visitor is not an approved contact of the prisoner. Leave them out, or have "
        "the contact approved first."
    ),
    "banned": N_("A visitor is banned from visiting the prisoner. Leave them out."),
    "barred": N_(
        "A judge's order is in force against this visit. Leave out whom it names, or "
        "choose a day after it ends."
    ),
    "no_adult": N_("No adult comes. Choose at least one adult visitor."),
    "not_a_lawyer": N_(
        "Only the prisoner's lawyers may come to a lawyer's visit. Choose lawyers, or "
        "make it a family visit."
    ),
    "official_missing": N_(
        "A meeting with an official needs one. Choose the official."
    ),
    "official_not_admitted": N_(
        "No official attends a lawyer's visit. Leave the official out."
    ),
    "official_not_active": N_("This official's account is closed. Choose another."),
    "official_not_then": N_(
        "This is outside the official's weekly hours. Choose a time within them, or "
        "another official."
    ),
    "weekly_limit": N_(
        "The prisoner has had all visits of this week. Choose a day after Friday."
    ),
    "monthly_limit": N_(
        "The prisoner has had all visits of this month. Choose a day of the next one."
    ),
    "adjustment_size": N_("Give a number from 1 to 14, or from -1 to -14."),
    "no_such_period": N_("Choose a week or a month from the list."),
    "below_used": N_(
        "More visits are used already. Take away fewer, or cancel visits first."
    ),
    "terminal_taken": N_("The terminal is taken then. Choose another slot."),
    "kiosk_taken": N_("The kiosk is taken then. Choose another kiosk or time."),
    "prisoner_busy": N_("The prisoner is in another visit then. Choose another time."),
    "visitor_busy": N_("A visitor is in another visit then. Choose another time."),
    "official_busy": N_(
        "The official attends another visit then. Choose another time or official."
    ),
    "outside_cover": N_(
        "The official attends a whole session, and this is not inside it. Choose a "
        "time inside the session, or take the visit out of it first."
    ),
    "identity_first": N_("Look at the identity card of each of them first."),
    "not_for_clerks": N_(
        "A clerk asks for family visits only, at a family's notice. For anything else, "
        "ask a scheduler."
    ),
    "wishes_one_to_three": N_("Name one to three different times."),
    "not_to_repeat": N_("Only a booked visit can be repeated. Load the page again."),
    "other_series": N_("This visit repeats at another pace. End that series first."),
    "times_or_day": N_("Say either how often, or until which day."),
    "within_a_year": N_("Choose a day within a year from today."),
    "not_a_cancellation": N_("Choose who cancels the visit."),
    "not_a_closing": N_("Choose how the visit ended."),
    "reason_needed": N_("Give the reason, so that others understand it later."),
    "work_over": N_("This time is over already. Choose a later end."),
    "work_too_long": N_("Three days at most. For longer, close the places."),
    "work_in_one_language": N_("Write it in both languages, or in neither."),
    "ends_before_start": N_("It must end after it starts."),
    "span_length": N_("The end must come after the start, by 31 days at most."),
    "unknown_prison": N_("There is no such prison. Choose one from the list."),
    "visited_to_come": N_("This day is still to come."),
    "transfer_to_come": N_(
        "This day is still to come. Record the transfer when it has taken place."
    ),
    "prison_given_up": N_("This prison was given up. Choose another."),
    "province_code_taken": N_("Another province has this code. Choose another code."),
    "unknown_zone": N_("There is no such time zone. Write it like Asia/Tehran."),
    "site_name_taken": N_(
        "Another place of this province has this name. Choose another name."
    ),
    "station_name_taken": N_(
        "Another seat of this place has this name. Choose another name."
    ),
    "out_of_range": N_("This number is outside what is allowed. Choose another."),
    "whole_quanta": N_("Choose a time or length in whole five minutes."),
    "not_a_prison": N_("Only a prison has opening times. Choose a prison."),
    "not_a_terminal_here": N_("Choose terminals of this prison only."),
    "template_overlaps": N_(
        "A terminal is already open then. Change that opening, or choose other times."
    ),
    "ends_earlier": N_("It already ends before that day. Choose an earlier one."),
    "no_weekday": N_("Choose a day of the week."),
    "slot_too_long": N_("A slot is longer than the opening. Make it shorter."),
    "slot_within_turnover": N_(
        "A slot must be longer than the time to change between visits. Make it longer."
    ),
    "turnover_swallows_slots": N_(
        "Slots of the weekly opening are no longer than that. Choose less, or make the "
        "slots longer first."
    ),
    "notice_beyond_horizon": N_(
        "Nothing could be booked: the notice is longer than the horizon. Choose a "
        "shorter notice, or a longer horizon."
    ),
    "own_province": N_("The prison takes its own province anyway. Choose another."),
    "template_over": N_(
        "These hours would be over already. Choose a last day that is still to come."
    ),
    "day_over": N_("This day is already over. Choose a later one."),
    "holiday_known": N_("This day is in the list already. Change it there."),
    "not_a_mobile_office": N_(
        "Only a mobile office that is in use drives. Choose another."
    ),
    "day_planned": N_(
        "The office already has an itinerary for this day. Change that one."
    ),
    "day_cancelled": N_("This day is cancelled. Let it take place again first."),
    "not_driving_then": N_(
        "The office does not drive on that day. Choose one of its other days."
    ),
    "stop_needed": N_("The office stops nowhere. Choose at least one village."),
    "stop_beyond_day": N_("A stop must end on the same day. Choose an earlier end."),
    "stops_overlap": N_(
        "The office still stands at the stop before. Choose a later start."
    ),
    "travel_does_not_fit": N_(
        "The way from the stop before takes longer than the time between. Start later, "
        "or leave the stop before earlier."
    ),
    "not_a_village_here": N_(
        "Choose a village that is in use, of the office’s province or of yours."
    ),
    "kiosk_not_here": N_("Choose kiosks of this office only."),
    "kind_needed": N_("Choose at least one kind of visit."),
    "not_a_tick": N_("This cannot be ticked by hand. Load the page again."),
    "extension_length": N_("Extend by five minutes or more, up to an hour."),
    "not_staff": N_("Families have no accounts. Choose a role of staff."),
    "own_account": N_(
        "You cannot do this to your own account. Ask another administrator."
    ),
    "already_over": N_("This moment is already over. Choose a later one."),
    "order_needed": N_("Write the number of the judge's order."),
    "judge_needed": N_("Write the name of the judge who gave the order."),
    "order_known": N_(
        "This order is recorded already. Look for it in the list, or lift it first."
    ),
    "same_prisoner": N_(
        "This is the same prisoner. Choose the one to be kept apart from them."
    ),
    "kept_apart_already": N_(
        "These two are kept apart already; nothing is to be done."
    ),
    "appointment_too_long": N_(
        "An appointment lasts 31 days at most. Make it shorter."
    ),
    "appointment_of_another": N_(
        "Another prisoner has an appointment of this name. Check whose it is."
    ),
    "already_linked": N_(
        "This visitor is already a contact of the prisoner. Change that contact."
    ),
    "ban_needs_end": N_("A ban needs a last day in the future."),
    "prisoner_known": N_(
        "A prisoner of this prison has this number. Look for it in the list."
    ),
    "prisoner_id_known": N_(
        "Another prisoner has this national ID. Check it, or look in the list."
    ),
    "wrong_national_id": N_("This is no national ID. Check its ten digits."),
    "visitor_known": N_(
        "This visitor, with this phone number, is known. Look in the list."
    ),
    "visitor_id_known": N_(
        "Another visitor has this national ID. Check it, or look in the list."
    ),
    "closure_too_long": N_("A closure lasts 31 days at most. Make it shorter."),
    "missing": N_("Fill this in."),
    "unusable": N_("This cannot be used. Check it."),
    "too_long": N_("This is too long. Make it shorter."),
    "cursor": N_("This is no cursor of this list. Begin with the first page."),
}

#: What errors say that carry no codes.
FACTS: Mapping[type[VisitationError], str] = {
    **MESSAGES,
    **OWN_FACTS,
    **CALL_FACTS,
    **POINT_FACTS,
    **CASE_FACTS,
    **RECORDING_FACTS,
    **WAITING_FACTS,
    Overtaken: N_("Somebody else changed this first. Load the page again."),
    IllegalMove: N_("The visit is past this already. Load the page again."),
    NotMovable: N_("Only a booked visit can be moved. Load the page again."),
    NotOffered: N_(
        "Something else speaks against this visit by now, and this would not help. "
        "Load the page again."
    ),
    Occupied: N_("Visits are booked there in that time. Move or cancel them first."),
    AlreadyClosed: N_("It is closed there already. Lift that closure first."),
    HoldOver: N_(
        "The slot is held no more: its ten minutes are over. Check the booking again."
    ),
    TooLateToAsk: N_("Nobody could decide in time. Choose a later time, or book it."),
    NoSuchWish: N_("The request has no such wish. Load the page again."),
    NoLongerThere: N_(
        "Somebody else changed the visit first, or it is over. Load the page again."
    ),
    AttendsElsewhere: N_(
        "The official attends something else in that time. Choose another time or "
        "official."
    ),
    NoOfficialWanted: N_(
        "The visit has an official already, or none may attend it. Load the page again."
    ),
    NoSuchCode: N_(
        "This code opens no visit. Check each digit; if it still fails, ask the office."
    ),
    NoSuchPairingCode: N_(
        "This code is wrong, used, or too old. Ask an administrator for a new one."
    ),
    Changed: N_(
        "Something of this day changed since its new plan was shown, and nothing was "
        "done. Look at the new plan."
    ),
    UsernameTaken: N_("Another account has this username. Choose another."),
}

#: From when an allowance has a visit again.
_AGAIN_FROM = N_("The next visit is possible from %(day)s.")
UNKNOWN = N_("This was refused (%(code)s). Load the page again, or ask the office.")


def sentence(code: str) -> str:
    """A reason in the language being spoken; a code without a sentence is shown."""
    known = SENTENCES.get(code)
    return _(known) if known else _(UNKNOWN, code=code)


def sentences(error: VisitationError) -> tuple[str, ...]:
    """Every reason that an error carries, in the order it gives them."""
    if isinstance(error, Invalid):
        return (sentence(error.reason),)
    if isinstance(error, Denied):
        return (label(error.denial),)
    if told := case_refusals.said(error):
        return (told,)
    if known := FACTS.get(type(error)):
        return (_(known),)
    reasons = getattr(error, "reasons", ())
    said = tuple(sentence(str(reason)) for reason in reasons)
    if isinstance(error, Refused) and error.again_from is not None:
        return (*said, _(_AGAIN_FROM, day=present.day(error.again_from, UTC)))
    return said
