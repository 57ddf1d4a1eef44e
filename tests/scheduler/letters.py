"""A letter for gateways to carry."""

from datetime import timedelta

from scheduler.gateways import Letter
from visitation.wording import Template
from visitation.words import Channel

PHONE = "+989121234567"
TEXT = "ملاقات سه‌شنبه ۳ آذر ۱۰:۰۰، دفتر. کد ورود: ۴۸۲۹۱۶"
VARIABLES = {
    "day": "سه‌شنبه ۳ آذر",
    "time": "۱۰:۰۰",
    "place": "دفتر",
    "code": "۴۸۲۹۱۶",
}


def letter(**changes) -> Letter:
    values = {
        "reference": "17",
        "phone": PHONE,
        "text": TEXT,
        "template": Template.BOOKED,
        "language": "fa",
        "variables": VARIABLES,
        "channel": Channel.SMS,
        "validity": timedelta(hours=4),
    }
    return Letter(**(values | changes))
