"""Who lives in the demonstration: invented places and people, as tables.

Phone numbers are of a range that nobody has been given. National IDs are left out, but
where people are known by nothing else; those begin with digits of no registry office.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time

from visitation.words import ContactState, Relation, Role, SiteKind, VisitKind

PRISON, MOBILE_OFFICE, OFFICE = "ندامتگاه زاگرس", "دفتر سیار ۱", "دفتر چشمه‌سار"
#: This one drives to a village; the first stands still, with nothing planned for it.
TRAVELLING_OFFICE, VILLAGE = "دفتر سیار ۲", "روستای سرچشمه"

#: Code and name of each province: its sites by kind, name and phone.
SITES: Mapping[tuple[str, str], tuple[tuple[SiteKind, str, str], ...]] = {
    ("91", "زاگرس"): (
        (SiteKind.PRISON, PRISON, "+986600000001"),
        (SiteKind.MOBILE_OFFICE, MOBILE_OFFICE, "+986600000002"),
        (SiteKind.OFFICE, OFFICE, "+986600000003"),
        (SiteKind.MOBILE_OFFICE, TRAVELLING_OFFICE, "+986600000004"),
        (SiteKind.VILLAGE, VILLAGE, ""),
    ),
    ("92", "هامون"): (
        (SiteKind.PRISON, "ندامتگاه هامون", "+985400000001"),
        (SiteKind.VILLAGE, "روستای نیزار", ""),
    ),
}

HELP_PHONE = "+986600000002"

#: The last two terminals are kept for the visits that are always open.
TERMINALS = ("کابین ۱", "کابین ۲", "کابین ۳", "کابین ۴", "کابین ۵")
OPEN_TERMINAL, LEGAL_TERMINAL = TERMINALS[-2:]
KIOSKS = {
    MOBILE_OFFICE: ("کیوسک ۱", "کیوسک ۲"),
    OFFICE: ("کیوسک دفتر",),
    TRAVELLING_OFFICE: ("کیوسک روستا",),
}

OPENS, CLOSES, SLOT_MINUTES = time(8), time(20), 30
CLOSED_TERMINAL, CLOSURE_REASON = TERMINALS[2], "تعمیر دوربین"


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    """Somebody who signs in; reaches the first province, or everywhere."""

    username: str
    name: str
    role: Role
    everywhere: bool = False
    phone: str | None = None


ACCOUNTS = (
    Staff(username="scheduler", name="مریم نوبتی", role=Role.SCHEDULER),
    Staff(username="clerk", name="سارا دفتری", role=Role.CLERK),
    Staff(username="warden", name="حسین پاسبان", role=Role.WARDEN),
    Staff(
        username="prosecutor",
        name="نرگس دادگر",
        role=Role.OFFICIAL,
        phone="+989120001090",
    ),
    Staff(
        username="deputy",
        name="کاوه دادفر",
        role=Role.OFFICIAL,
        phone="+989120001091",
    ),
    Staff(
        username="administrator",
        name="لیلا سرپرست",
        role=Role.ADMINISTRATOR,
        everywhere=True,
    ),
    Staff(username="auditor", name="بهمن بازرس", role=Role.AUDITOR, everywhere=True),
)
#: Who attends the family's visit that is always open.
OPEN_OFFICIAL, OTHER_OFFICIAL = "prosecutor", "deputy"

#: Number and name; the first is the one of the family's visit that is always open.
PRISONERS = (
    ("1001", "رضا کوهستانی"),
    ("1002", "امیر دشتی"),
    ("1003", "یوسف رودباری"),
    ("1004", "جواد سپهری"),
    ("1005", "نادر بلوطی"),
    ("1006", "کریم چشمه"),
    ("1007", "فرهاد سنگری"),
    ("1008", "سهراب گندمی"),
    ("1009", "منصور کوهپایه"),
    ("1010", "ایوب دره‌ای"),
    ("1011", "صادق رمه‌دار"),
    ("1012", "یونس آسیابان"),
)
OPEN_PRISONER = PRISONERS[0][0]
RELEASED = "1008"


@dataclass(frozen=True, slots=True, kw_only=True)
class Guest:
    """A visitor, and what they are to the prisoner of that number."""

    name: str
    of: str
    relation: Relation
    phone: str | None = None
    reads: bool = True
    born_on: date | None = None
    state: ContactState = ContactState.APPROVED


VISITORS = (
    Guest(
        name="زهرا کوهستانی", of="1001", relation=Relation.SPOUSE, phone="+989120001001"
    ),
    Guest(name="گل‌بانو دشتی", of="1002", relation=Relation.PARENT, reads=False),
    Guest(
        name="مینا دشتی", of="1002", relation=Relation.SIBLING, phone="+989120001003"
    ),
    Guest(
        name="فاطمه رودباری", of="1003", relation=Relation.SPOUSE, phone="+989120001004"
    ),
    Guest(
        name="آرش رودباری", of="1003", relation=Relation.CHILD, born_on=date(2017, 5, 4)
    ),
    Guest(
        name="خدیجه سپهری",
        of="1004",
        relation=Relation.PARENT,
        phone="+989120001006",
        reads=False,
    ),
    Guest(
        name="حمید سپهری", of="1004", relation=Relation.SIBLING, phone="+989120001007"
    ),
    Guest(
        name="طاهره بلوطی", of="1005", relation=Relation.PARENT, phone="+989120001008"
    ),
    Guest(name="هما وکیلی", of="1005", relation=Relation.LAWYER, phone="+989120001009"),
    Guest(
        name="معصومه چشمه", of="1006", relation=Relation.SPOUSE, phone="+989120001010"
    ),
    Guest(name="اکبر چشمه", of="1006", relation=Relation.PARENT, phone="+989120001011"),
    Guest(
        name="شیرین سنگری", of="1007", relation=Relation.SPOUSE, phone="+989120001012"
    ),
    Guest(
        name="داوود سنگری",
        of="1007",
        relation=Relation.FRIEND,
        phone="+989120001013",
        state=ContactState.REQUESTED,
    ),
    Guest(
        name="عباس گندمی", of="1008", relation=Relation.SIBLING, phone="+989120001014"
    ),
    Guest(name="حلیمه کوهپایه", of="1009", relation=Relation.PARENT, reads=False),
    Guest(
        name="لیلا دره‌ای", of="1010", relation=Relation.SPOUSE, phone="+989120001016"
    ),
    Guest(name="گلنار رمه‌دار", of="1011", relation=Relation.PARENT, reads=False),
    Guest(
        name="مراد آسیابان", of="1012", relation=Relation.SIBLING, phone="+989120001018"
    ),
)

#: Who has a licence, for whom they act, and for whom they asked to.
LAWYER, CLIENT, CLIENT_ASKED = "هما وکیلی", "1005", "1006"
LICENCE_NUMBER, LICENCE_ISSUER = "۱۸۴۲۰", "کانون وکلای دادگستری"


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """A visit that is always open: of whom, where, and who of the staff attends it."""

    prisoner: str
    terminal: str
    kind: VisitKind = VisitKind.FAMILY
    official: str = ""


OPEN_FAMILY = Open(
    prisoner=OPEN_PRISONER, terminal=OPEN_TERMINAL, official=OPEN_OFFICIAL
)
OPEN_LEGAL = Open(prisoner=CLIENT, terminal=LEGAL_TERMINAL, kind=VisitKind.LEGAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A law graduate, as the roster has them."""

    name: str
    national_id: str
    phone: str
    number: str


#: The first of them has a door.
ROSTER_ISSUER = "مرکز وکلا، کارشناسان رسمی و مشاوران خانواده"
GRADUATES = (
    Listed(
        name="سمیرا راه‌نما",
        national_id="9990000018",
        phone="09120001020",
        number="۷۰۱",
    ),
    Listed(
        name="پیمان یاوری",
        national_id="9990000026",
        phone="09120001021",
        number="۷۰۲",
    ),
)

#: Prisoners whose past visits took place, one a day, and from which hour.
PLAYED = (("1002", 9), ("1003", 11), ("1004", 16), ("1005", 10))
#: And the one whose visit was cancelled.
CANCELLED, CANCELLED_HOUR, CANCEL_REASON = "1006", 15, "بیماری ملاقات‌کننده"


@dataclass(frozen=True, slots=True, kw_only=True)
class Booked:
    """A visit to come: the first free slot so many days from now, from an hour on."""

    prisoner: str
    days: int
    hour: int = 8
    kind: VisitKind = VisitKind.FAMILY
    kiosk: str = ""
    official: str = ""


COMING = (
    Booked(prisoner="1002", days=0, kiosk="کیوسک ۱"),
    Booked(prisoner="1003", days=0, kiosk="کیوسک ۲"),
    Booked(prisoner="1004", days=0),
    Booked(prisoner="1006", days=1, hour=9, kiosk="کیوسک دفتر"),
    Booked(prisoner="1005", days=1, hour=11, kind=VisitKind.LEGAL),
    Booked(prisoner="1007", days=1, hour=17, kiosk="کیوسک ۱", official=OTHER_OFFICIAL),
    Booked(
        prisoner="1004",
        days=2,
        hour=10,
        kind=VisitKind.OFFICIAL,
        official=OTHER_OFFICIAL,
    ),
    Booked(prisoner="1002", days=3, hour=13),
)

#: The day of the mobile office, from when and until when it stands in the village,
#: and who of the village visits whom, each half an hour after the one before.
MOBILE_DAY, VILLAGE_OPENS, VILLAGE_CLOSES = 3, 9, 12
VILLAGERS = ("1009", "1010")
#: What is repeated, every how many weeks, and how often.
STANDING, STANDING_WEEKS, STANDING_TIMES = "1006", 2, 2
#: Whose visit still wants an official, and whose has one who joined it.
WANTING, WANTING_DAYS, JOINED, JOINED_DAYS = "1011", 2, "1012", 4
#: Whose request waits for a decision, with the hours it names, the best first.
ASKING, ASKING_DAYS, ASKING_HOURS = "1007", 5, (10, 11, 16)
#: Who has to be in court when a visit is booked, so that it is to be looked at.
IN_COURT, IN_COURT_DAYS = "1002", 3


@dataclass(frozen=True, slots=True, kw_only=True)
class InLine:
    """A family in line: since how many days, and how far it has to the prison."""

    prisoner: str
    days: int
    distance_km: int
    at_village: bool = True


WAITING = (
    InLine(prisoner="1003", days=44, distance_km=95),
    InLine(prisoner="1004", days=30, distance_km=160),
    InLine(prisoner="1005", days=12, distance_km=20, at_village=False),
)
