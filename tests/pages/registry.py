"""Every page and state: crawled, acted upon, and refused."""

from tests.pages import doors
from tests.pages.acts import ACTS, Act
from tests.pages.crawl import Crawl, posting, route_of
from tests.pages.reading import Values
from tests.pages.stage import Address, Stage

#: Addresses that no page leads to: what is wrong or gone.
WRONG = ("/nowhere", "/visits/none")

#: Looking for nothing finds nothing, which is no refusal.
_LOOK = "/look"


async def known(stage: Stage) -> tuple[Address, ...]:
    """One address of every kind of page that anybody comes to, in every state known."""
    await doors.open_all(stage)
    crawls = {
        name: Crawl(
            stage=stage,
            door=name,
            avoids=door.avoids,
            states={
                path.format_map(stage.marks): state
                for path, state in door.states.items()
            },
        )
        for name, door in doors.DOORS.items()
    }
    for name, door in doors.DOORS.items():
        begins = (path.format_map(stage.marks) for path in door.begins)
        wrong = () if door.stays else WRONG
        await crawls[name].go(*begins, *wrong, onward=not door.stays)
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
    stage = crawl.stage
    typed = {name: text.format_map(stage.marks) for name, text in act.typed.items()}
    path, first = await _found(crawl, act)
    sent = tuple((dict(first) | typed).items())
    for _ in range(act.times):
        await stage.post(act.door, path, sent)
    after = await stage.post(act.door, path, sent, foreign=act.foreign)
    assert after.status == 200 or act.refused, f"{act}: {sent} {after.status}"
    if after.method == "POST":
        route = route_of(stage.app, path.partition("?")[0], "POST")
        kind = f"{route} {act.state}"
        crawl.keep_posted(kind, path, sent, after, foreign=act.foreign)
    leads = crawl.keep(after)
    if act.onward:
        await crawl.go(*leads)


async def _found(crawl: Crawl, act: Act) -> tuple[str, Values]:
    """Where the form goes, and what it sends as it stands."""
    if not act.on:
        return act.form.format_map(crawl.stage.marks), ()
    page = await crawl.stage.read(crawl.of(act.on))
    there = {one.action: one for one in reversed(list(posting(crawl.stage, page)))}
    assert act.form in there, f"{act.door} {act.on} has {sorted(there)}, no {act.form}"
    return there[act.form].path, there[act.form].form.with_first_choices


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
