"""The words for requests."""

import pytest

from visitation.cases.kinds import KINDS
from visitation.words import CaseKind
from web import i18n, labels


@pytest.mark.parametrize("language", ["en", "fa"])
def test_a_kind_is_called_what_the_domain_titles_it(language: str) -> None:
    with i18n.speaking(i18n.load(), language):
        said = {kind: labels.label(kind) for kind in CaseKind}

    assert said == {kind: KINDS[kind].title(language) for kind in CaseKind}
