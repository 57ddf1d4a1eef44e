import re

import pytest

from tests.web.conftest import Site
from tests.web.reading import text
from visitation.words import Role

pytestmark = pytest.mark.usefixtures("english")


async def test_what_is_seldom_needed_stands_behind_the_rest(site: Site) -> None:
    await site.sign_in(Role.SCHEDULER)

    bar, first = (await text(site, "/staff")).split('<main id="main"')

    row, more = re.findall("<ul>(.+?)</ul>", bar, re.DOTALL)
    named = re.findall(r'<a href="[^"]*">([^<]+)<', row)
    assert named[0] == "Booking"
    assert named[-7:] == [
        "Text messages",
        "What messages say",
        "Links to decide",
        "Import a file",
        "Holidays",
        "Mobile offices",
        "Asked after visits",
    ]
    assert re.findall(r'<a href="[^"]*">([^<]+)<', more) == named
    assert set(re.findall(r'class="door" href="[^"]*">([^<]+)<', first)) == set(named)
