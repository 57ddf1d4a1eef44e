"""Pages by role, the JSON API, and the middleware that guards them.

A page is a handler, a template and a `Route`. What a page needs, it takes from here:

    routing   Route, PUBLIC, FAMILY, PHONE, TERMINAL, STAFF: where, and who may
    gate      staff(request), participant(request), visitor(request),
              device(request), subject(request, Visit): who asks, about what
    subjects  visit, site, station, prisoner: ready-made `Route.subject`s
    keys      DATABASE, CLOCK, KEYRING, SETTINGS, LIVE: request.app[...]
    forms     Fields, read(request, Model), blank(Model, ...): typed text to values
    fields    Name, Line, Note, Day, Wall, Count, Phone, Code: the kinds of field
    render    render(request, template, ...), redirect(request, route, flash=...)
    i18n      _ and N_: sentences in the reader's language
    labels    label, tone, options: words for states and kinds
    refusals  SENTENCES: the words for each code a use case refuses with
    tries     hit(request, (Limit(...), "who")): counted in the database
    throttle  request.app[THROTTLE].hit(per_minute(5), "what", who)
    sessions  sign_in_participant, remember_device, sign_out

docs/web.md shows how to add one.
"""
