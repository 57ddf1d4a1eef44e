"""The static files as they are served."""

from web.assets import STATIC_FOLDER, load, without_comments

SCRIPT = """// @ts-check
/** What it is for,
 * in two lines. */

import { one } from "./one.js";
/** @type {HTMLElement} */ (found).focus(); // stays
  /** @param {string} a */
  // Why.
const address = "https://visits.example"; /* stays */
"""


def test_comments_with_lines_to_themselves_are_not_sent() -> None:
    assert without_comments(SCRIPT).splitlines() == [
        "",
        "",
        "",
        "",
        'import { one } from "./one.js";',
        "/** @type {HTMLElement} */ (found).focus(); // stays",
        "",
        "",
        'const address = "https://visits.example"; /* stays */',
    ]


def test_lines_keep_their_numbers_and_what_others_wrote_is_untouched() -> None:
    for path, asset in load().files.items():
        if path.endswith((".js", ".css")):
            kept = (STATIC_FOLDER / path).read_bytes()
            assert asset.body.count(b"\n") == kept.count(b"\n"), path
            if path.startswith("vendor/"):
                assert asset.body == kept, path
