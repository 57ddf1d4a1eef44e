"""How people are looked for: by words of a name, a piece of a number or of a phone.

One way for every search field, so that what is found in one is found in all. Spaces
say nothing: گل‌بانو is also گل بانو and گلبانو. Nor does the order of the words.
"""

from typing import Any

from sqlalchemy import ColumnElement, and_, false, func, or_, true
from sqlmodel import col

from visitation import persian
from visitation.people.tables import Prisoner, Visitor


def named(folded: Any, text: str) -> ColumnElement[bool]:
    """Whether every word of the text is in the folded name.

    Args:
        folded: the column with the name as `persian.fold` gives it.
        text: as it was typed; without a word in it, everybody is called so.
    """
    bare = func.replace(col(folded), " ", "")
    words = persian.fold(text).split()
    return and_(true(), *(bare.contains(word, autoescape=True) for word in words))


def prisoner(text: str) -> ColumnElement[bool]:
    """Whether a prisoner has this in the name or the number."""
    plain = persian.to_ascii_digits(text).strip().casefold()
    # Letters of a number are kept as they were typed.
    number = func.lower(col(Prisoner.number))
    return or_(
        named(Prisoner.name_folded, text),
        number.contains(plain, autoescape=True),
        number.contains(persian.fold(text), autoescape=True),
    )


def visitor(text: str) -> ColumnElement[bool]:
    """Whether a visitor has this in the name or the phone."""
    digits = national_digits(text)
    phone = col(Visitor.phone).contains(digits, autoescape=True)
    return or_(named(Visitor.name_folded, text), phone if digits else false())


def national_digits(text: str) -> str:
    """The digits of what may be a phone number, without what comes before them."""
    bare = persian.fold(text).replace(" ", "").replace("-", "").removeprefix("+")
    if not (bare.isascii() and bare.isdecimal()):
        return ""
    return bare.removeprefix("0098").removeprefix("98").removeprefix("0")
