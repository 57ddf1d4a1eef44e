"""Prisoners, visitors, contacts, and the accounts of staff."""

from visitation.people.accounts import (
    UsernameTaken,
    account_named,
    add_account,
    change_password,
    disable_account,
    edit_account,
    enable_account,
    enrol_totp,
    find_accounts,
    forget_totp,
    totp_secret,
    use_totp_step,
)
from visitation.people.contacts import (
    Standing,
    contacts_of,
    decide_contact,
    known_by,
    link,
    standing,
)
from visitation.people.identity import masked_id
from visitation.people.passwords import check, hashed, is_strong_enough
from visitation.people.prisoners import (
    add_prisoner,
    edit_prisoner,
    find_prisoners,
    release_prisoner,
    take_back_prisoner,
)
from visitation.people.scope import Scope, encloses, scope_of, set_scope
from visitation.people.tables import (
    Account,
    AccountScope,
    ApiToken,
    Contact,
    Prisoner,
    Visitor,
)
from visitation.people.tokens import (
    account_of_token,
    issue_token,
    revoke_token,
    tokens_of,
)
from visitation.people.visitors import (
    add_visitor,
    edit_visitor,
    find_visitors,
    reaches_visitor,
)

__all__ = [
    "Account",
    "AccountScope",
    "ApiToken",
    "Contact",
    "Prisoner",
    "Scope",
    "Standing",
    "UsernameTaken",
    "Visitor",
    "account_named",
    "account_of_token",
    "add_account",
    "add_prisoner",
    "add_visitor",
    "change_password",
    "check",
    "contacts_of",
    "decide_contact",
    "disable_account",
    "edit_account",
    "edit_prisoner",
    "edit_visitor",
    "enable_account",
    "encloses",
    "enrol_totp",
    "find_accounts",
    "find_prisoners",
    "find_visitors",
    "forget_totp",
    "hashed",
    "is_strong_enough",
    "issue_token",
    "known_by",
    "link",
    "masked_id",
    "reaches_visitor",
    "release_prisoner",
    "revoke_token",
    "scope_of",
    "set_scope",
    "standing",
    "take_back_prisoner",
    "tokens_of",
    "totp_secret",
    "use_totp_step",
]
