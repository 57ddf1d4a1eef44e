"""Every page of the web package and most of their states, for whoever proves pages.

`async with stage.raised(folder) as raised:` runs the demonstration on a Saturday
morning; `addresses = await registry.known(raised)` enters it as everybody in
`doors.DOORS` and follows links and forms: one `Address` (door, kind, path, what is
posted) a kind. `await raised.read(address, language="en")` gives status and HTML;
`async with browsing.entered(browser, raised, door, language=language) as page:` then
`await browsing.show(page, raised, address)` shows it in Chromium. Tests beside this
share one stage by the fixtures `raised` and `addresses`, and change nothing on it; they
need `pytestmark = pytest.mark.asyncio(loop_scope="session")`.
"""
