"""Prisoners, visitors, contacts, and the accounts of staff."""

from visitation.people.accounts import (
    UsernameTaken,
    account_named,
    add_account,
    change_password,
    disable_account,
    enable_account,
    enrol_totp,
    totp_secret,
    use_totp_step,
)
from visitation.people.contacts import decide_contact, link, standing
from visitation.people.passwords import check, hashed, is_strong_enough
from visitation.people.prisoners import add_prisoner, edit_prisoner, find_prisoners
from visitation.people.scope import NOWHERE, Scope, scope_of, set_scope
from visitation.people.tables import (
    Account,
    AccountScope,
    ApiToken,
    Contact,
    Prisoner,
    Visitor,
)
from visitation.people.tokens import account_of_token, issue_token, revoke_token
from visitation.people.visitors import add_visitor, edit_visitor, find_visitors

__all__ = [
    "NOWHERE",
    "Account",
    "AccountScope",
    "ApiToken",
    "Contact",
    "Prisoner",
    "Scope",
    "UsernameTaken",
    "Visitor",
    "account_named",
    "account_of_token",
    "add_account",
    "add_prisoner",
    "add_visitor",
    "change_password",
    "check",
    "decide_contact",
    "disable_account",
    "edit_prisoner",
    "edit_visitor",
    "enable_account",
    "enrol_totp",
    "find_prisoners",
    "find_visitors",
    "hashed",
    "is_strong_enough",
    "issue_token",
    "link",
    "revoke_token",
    "scope_of",
    "set_scope",
    "standing",
    "totp_secret",
    "use_totp_step",
]
