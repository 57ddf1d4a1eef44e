"""Whatever is refused comes back as it was typed, on every form with words in it."""

from tests.make import World
from tests.pages.reading import Form, Page
from tests.web.conftest import Site
from tests.web.day import booked
from visitation.words import Role

TYPED = frozenset({"text", "search", "tel", "textarea", "number", "date", "time"})
#: Longer than any field takes, so that something is always refused.
TOO_LONG = "ب" * 2500
FORMS = (
    *("/prisoners/new", "/visitors/new", "/sites/new", "/holidays/new", "/policy"),
    *("/provinces/new", "/accounts/new", "/maintenance", "/waiting/new", "/asking"),
    *("/visits/{visit}/cancel", "/visits/{visit}/interpreter"),
    *("/officials/{official}/hours", "/prisoners/{prisoner}/edit"),
    *("/prisoners/{prisoner}/visitors/new", "/prisoners/{prisoner}/contacts/new"),
    *("/contacts/{contact}", "/prisoners/{prisoner}/transfer"),
    *("/prisoners/{prisoner}/bars/new", "/prisoners/{prisoner}/apart/new"),
    *("/prisoners/{prisoner}/appointments/new", "/prisoners/{prisoner}/allowance"),
    *("/visitors/{visitor}/edit", "/sites/{prison}/edit", "/stations/{kiosk}"),
    *("/sites/{prison}/templates/new", "/sites/{prison}/closures/new"),
    *("/sites/{prison}/policy", "/provinces/{province}/policy"),
    *("/sites/{prison}/grants", "/provinces/{province}", "/attendance"),
    *("/accounts/{official}/edit", "/accounts/{official}/tokens", "/retention"),
    *("/visits/{visit}/series", "/sites/{prison}/plans"),
)
#: Forms that have nothing to type into, or whose words only look for something.
NOTHING_TYPED = frozenset({"/look", "/language", "/ease"})


async def test_every_form_of_staff_comes_back_filled(site: Site, world: World) -> None:
    async with site.database.write() as session:
        visit = await booked(session, world, site.keyring, starts_at=site.clock())
    await site.sign_in(Role.ADMINISTRATOR)
    marks = {
        "visit": visit.visit.reference,
        "prison": world.prison.id,
        "province": world.prison.province_id,
        **{name: getattr(world, name).id for name in ("kiosk", "official", "contact")},
        **{name: getattr(world, name).id for name in ("prisoner", "visitor")},
    }

    lost, tried = await _tried(site, [path.format_map(marks) for path in FORMS])

    assert lost == []
    assert tried > 30


async def test_the_forms_of_families_come_back_filled(site: Site) -> None:
    paths = ["/sign-in/phone", "/sign-in/phone/new"]

    assert await _tried(site, paths) == ([], len(paths))


async def _tried(site: Site, paths: list[str]) -> tuple[list[str], int]:
    """What was lost, and how many forms there were to type into."""
    lost, tried = [], 0
    for path in paths:
        page = await site.get(path)
        assert page.status == 200, path
        for form in Page(await page.text()).forms:
            if form.method == "post" and form.action not in NOTHING_TYPED:
                tried += bool(_texts(form))
                lost += await _lost(site, path, form)
    return lost, tried


async def _lost(site: Site, path: str, form: Form) -> list[str]:
    """What was typed and did not come back."""
    names = _texts(form)
    typed = {name: f"نشانه{place}" for place, name in enumerate(names)}
    if not names:
        return []
    typed[names[0]] = TOO_LONG
    sent = dict(form.with_first_choices) | typed
    answer = await site.post(form.action or path, sent)
    text = await answer.text()
    if answer.status < 400:
        return [f"{path} {form.action} answers {answer.status}"]
    gone = [name for name, words in typed.items() if words not in text]
    return [f"{path} {form.action} {answer.status} loses {gone}"] if gone else []


def _texts(form: Form) -> list[str]:
    return [one.name for one in form.fields if one.kind in TYPED]
