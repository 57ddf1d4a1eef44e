"""The short forms on the page of a request, and what each of them does."""

import inspect

import pytest

from tests.make import World
from tests.web.conftest import Site
from tests.web.test_cases import again, asked
from visitation.words import CaseKind, CaseState, Role
from web.pages.case_acts import DOINGS, Doing


@pytest.mark.parametrize("doing", DOINGS, ids=lambda one: one.action.value)
def test_a_use_case_takes_what_is_typed_for_it(doing: Doing) -> None:
    takes = inspect.signature(doing.act).parameters
    needed = {name for name, one in takes.items() if one.default is one.empty}
    typed = set(doing.fields.model_fields)

    assert needed <= {"session", "case", "by", "now"} | typed <= set(takes)


async def test_each_form_moves_a_request_on(
    site: Site, world: World, english: None
) -> None:
    case = await asked(site, world)
    official = await site.sign_in(Role.OFFICIAL, provinces=[world.prison.province_id])
    path, found = f"/cases/{case.reference}", []
    for act, typed in (
        ("take", {}),
        ("assign", {"to": str(official.id)}),
        ("withdraw", {"text": "منصرف شد"}),
        ("reopen", {"text": "باز می‌خواهد"}),
        ("correct-kind", {"kind": "status"}),
    ):
        answer = await site.post(f"{path}/{act}", typed)
        now = await again(site, case)
        found.append((answer.status, now.state, now.kind))

    leave = CaseKind.FURLOUGH
    assert found == [
        (303, CaseState.IN_PROGRESS, leave),
        (303, CaseState.IN_PROGRESS, leave),
        (303, CaseState.WITHDRAWN, leave),
        (303, CaseState.REOPENED, leave),
        (303, CaseState.REOPENED, CaseKind.STATUS),
    ]
