"""Every page and state: crawled, acted upon, and refused."""

from tests.pages import doors
from tests.pages.acts import ACTS, Act
from tests.pages.crawl import Crawl, posting
from tests.pages.stage import Address, Stage

#: Addresses that no page leads to: what is wrong or gone.
WRONG = ("/nowhere", "/visits/none")

#: Looking for nothing finds nothing, which is no refusal.
_LOOK = "/look"


async def known(stage: Stage) -> tuple[Address, ...]:
    """One address of every kind of page that anybody comes to, in every state known."""
    await doors.open_all(stage)
    crawls = {
        name: Crawl(stage=stage, door=name, avoids=door.avoids)
        for name, door in doors.DOORS.items()
    }
    for name, door in doors.DOORS.items():
        begins = (path.format_map(stage.marks) for path in door.begins)
        await crawls[name].go(*begins, *WRONG)
    for act in ACTS:
        await done(crawls[act.door], act)
        for door, kind in act.then:
            await crawls[door].again(kind)
    for crawl in crawls.values():
        await _left_empty(crawl)
    found = (page for crawl in crawls.values() for page in crawl.pages)
    return tuple(dict.fromkeys(found))


def routes_of(addresses: tuple[Address, ...]) -> set[str]:
    """The paths of the routes that these addresses belong to."""
    return {one.kind.split(" ")[0] for one in addresses}


async def done(crawl: Crawl, act: Act) -> None:
    """Send a form, keep what it leads to, and go on from there."""
    page = await crawl.stage.read(crawl.of(act.on))
    there = {one.action: one for one in reversed(list(posting(crawl.stage, page)))}
    assert act.form in there, f"{act.door} {act.on} has {sorted(there)}, no {act.form}"
    one = there[act.form]
    sent = tuple((dict(one.form.with_first_choices) | dict(act.typed)).items())
    after = await crawl.stage.post(act.door, one.path, sent)
    assert after.status == 200 or act.refused, f"{act}: {sent} {after.status}"
    if after.method == "POST":
        crawl.keep_posted(f"{act.form} {act.state}", one.path, sent, after)
    await crawl.go(*crawl.keep(after))


async def _left_empty(crawl: Crawl) -> None:
    """Send every form of every page with nothing in the fields that must be filled."""
    tried = {_LOOK}
    for one in [form for page in crawl.pages for form in crawl.forms[page]]:
        sent = one.form.with_nothing_required
        if sent is None or one.action in tried or one.form.files:
            continue
        tried.add(one.action)
        after = await crawl.stage.post(crawl.door, one.path, sent)
        assert after.method == "POST", f"{crawl.door} sends {sent} to {one.path}"
        crawl.keep_posted(f"{one.action} left empty", one.path, sent, after)
