import re

import pytest

from tests.web.conftest import Site
from tests.web.reading import text
from visitation.words import Role

pytestmark = pytest.mark.usefixtures("english")


async def test_what_is_seldom_needed_stands_on_the_first_page_alone(site: Site) -> None:
    await site.sign_in(Role.SCHEDULER)

    page = await text(site, "/staff")

    bar, first = page.split('<main id="main"')
    named = set(re.findall(r'class="door" href="[^"]*">([^<]+)<', first))
    assert {words for words in named if f">{words}<" not in bar} == {
        "Holidays",
        "Import a file",
        "Mobile offices",
        "Text messages",
        "What messages say",
    }
    assert len(named) > 10
