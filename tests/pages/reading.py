"""What a page leads to: its links, and its forms as a browser would send them."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

Values = tuple[tuple[str, str], ...]
#: Kinds of fields that one may leave as they are.
_FILLED = {"text", "search", "tel", "number", "date", "time", "password", "textarea"}

#: Where scripts go, besides links.
_LEADS = ("data-corner", "data-href", "data-start")


@dataclass(slots=True, kw_only=True)
class Choice:
    """One field that a form would send, and what else could be chosen in it."""

    name: str
    value: str = ""
    kind: str = "text"
    sent: bool = True
    required: bool = False
    others: list[str] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Form:
    """A form: where it goes, how, and its fields in order."""

    action: str
    method: str
    fields: list[Choice] = field(default_factory=list)
    files: bool = False

    @property
    def as_it_stands(self) -> Values:
        """What is sent if nothing is changed."""
        return tuple((one.name, one.value) for one in self.fields if one.sent)

    @property
    def with_first_choices(self) -> Values:
        """What is sent if the first choice is made wherever none was."""
        chosen, named = [], {one.name for one in self.fields if one.sent and one.value}
        for one in self.fields:
            value = one.value
            if one.kind == "select" and not value and one.others:
                value = one.others[0]
            if one.sent or (
                one.kind in {"radio", "checkbox"} and one.name not in named
            ):
                chosen.append((one.name, value))
                named.add(one.name)
        return tuple(chosen)

    @property
    def with_nothing_required(self) -> Values | None:
        """What is sent if every field that must be filled is left; None without one."""
        if not any(one.required for one in self.fields):
            return None
        return tuple(
            (one.name, "" if one.required else one.value)
            for one in self.fields
            if one.sent
        )


class Page(HTMLParser):
    """A page as it was sent: `links`, `forms` and the first `title`."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.links: list[str] = []
        self.forms: list[Form] = []
        self.title: str | None = None
        self._titling = False
        self._by_id: dict[str, Form] = {}
        self._open: Form | None = None
        self._choosing: Choice | None = None
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.links += [given[name] for name in _LEADS if given.get(name)]
        self._titling = tag == "title" and self.title is None
        if tag == "a" and given.get("href"):
            self.links.append(given["href"])
        elif tag == "form":
            self._open = Form(
                action=given.get("action", ""),
                method=given.get("method", "get").lower(),
                files=given.get("enctype", "").startswith("multipart"),
            )
            self.forms.append(self._open)
            if given.get("id"):
                self._by_id[given["id"]] = self._open
        elif tag in {"input", "select", "textarea", "button"}:
            self._field(tag, given)
        elif tag == "option" and self._choosing is not None:
            self._option(given)

    def handle_data(self, data: str) -> None:
        if self._titling:
            self.title = (self.title or "") + data

    def handle_endtag(self, tag: str) -> None:
        if tag == "title":
            self._titling = False
        elif tag == "form":
            self._open = None
        elif tag == "select":
            self._choosing = None

    def _field(self, tag: str, given: dict[str, str]) -> None:
        form = self._by_id.get(given.get("form", ""), self._open)
        if form is None or not given.get("name") or "disabled" in given:
            return
        kind = given.get("type", "text") if tag == "input" else tag
        others = any(one.kind == "button" for one in form.fields)
        if kind == "button" and (others or "formaction" in given):
            return
        choice = Choice(
            name=given["name"],
            value=given.get("value", "on" if kind in {"radio", "checkbox"} else ""),
            kind=kind,
            sent=kind not in {"radio", "checkbox"} or "checked" in given,
            required=kind in _FILLED
            and ("required" in given or given.get("aria-required") == "true"),
        )
        form.fields.append(choice)
        if tag == "select":
            self._choosing = choice
            choice.sent = True

    def _option(self, given: dict[str, str]) -> None:
        assert self._choosing is not None
        value = given.get("value", "")
        if "selected" in given:
            self._choosing.value = value
        if value:
            self._choosing.others.append(value)
