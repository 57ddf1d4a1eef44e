// @ts-check
/** Says so when this machine's clock is two minutes or more off the service's, and by how
 * much. The times on our pages are the server's, and right in any case. */

import { serverNow } from "../server-clock.js";

const TOLERANCE_MS = 120_000;
const UNITS = [
  { unit: "day", ms: 86_400_000 },
  { unit: "hour", ms: 3_600_000 },
  { unit: "minute", ms: 60_000 },
];

/** @param {HTMLElement} warning hidden; inside, `[data-off]` takes how much, and
 *   `[data-fast]` or `[data-slow]` is shown */
export function start(warning) {
  const off = Date.now() - serverNow();
  warning.hidden = Math.abs(off) < TOLERANCE_MS;
  for (const way of ["fast", "slow"]) {
    const part = /** @type {HTMLElement | null} */ (warning.querySelector(`[data-${way}]`));
    if (!part) continue;
    part.hidden = off > 0 !== (way === "fast");
    const place = part.querySelector("[data-off]");
    if (place) place.textContent = inWords(Math.abs(off));
  }
}

/** @param {number} ms @returns {string} the two largest units, such as “2 hours and 5 minutes” */
function inWords(ms) {
  const { lang } = document.documentElement;
  const parts = [];
  let rest = Math.round(ms / 60_000) * 60_000;
  for (const { unit, ms: length } of UNITS) {
    const count = Math.floor(rest / length);
    rest -= count * length;
    if (count) parts.push(new Intl.NumberFormat(lang, { style: "unit", unit, unitDisplay: "long" }).format(count));
  }
  return new Intl.ListFormat(lang, { type: "conjunction" }).format(parts.slice(0, 2));
}
