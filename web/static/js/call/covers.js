// @ts-check
/** Why a visit stands still, and why one is not held: a picture and words for each. */

/** @typedef {import("./state.js").Facts} Facts */

const SIDES = new Map([
  ["visitor", "family"],
  ["interpreter", "family"],
  ["prisoner", "prison"],
]);

/** @param {HTMLElement} root @param {Facts} facts @param {Record<string, string>} words */
export function drawCovers(root, facts, words) {
  const find = (/** @type {string} */ name) => root.querySelector(`[data-part-of-call="${name}"]`);
  const signs = [...root.querySelectorAll("[data-why]")];
  const known = signs.some((sign) => sign.getAttribute("data-why") === facts.why);
  for (const sign of signs) sign.toggleAttribute("hidden", sign.getAttribute("data-why") !== (known ? facts.why : ""));
  write(find("why"), words[`why_${facts.why}`] ?? "");
  write(find("then"), words[`then_${facts.why}`] ?? "");
  const out = facts.over === "removed" ? (words[`out_${facts.why}`] ?? "") : "";
  write(find("out"), out);
  find("out-then")?.toggleAttribute("hidden", !out);
  find("out-else")?.toggleAttribute("hidden", Boolean(out));
  find("moved")?.toggleAttribute("hidden", facts.undone !== "moved");
  write(find("undone"), facts.undone ? undone(facts, words) : "");
}

/** @param {Facts} facts @param {Record<string, string>} words @returns {string} */
function undone(facts, words) {
  const side = sideOf(facts.part);
  const said = words[`off_${side}_${facts.undone}`] ?? words[`off_${facts.undone}`];
  return said ?? words[`off_${side}_other`];
}

/** @param {string} part @returns {string} who reads: the family, the prison, or staff */
export function sideOf(part) {
  return SIDES.get(part) ?? "staff";
}

/** @param {Element | null} place @param {string} words */
function write(place, words) {
  if (!place || place.textContent === words) return;
  place.textContent = words;
  place.toggleAttribute("hidden", !words);
}
