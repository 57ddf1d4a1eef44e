// @ts-check
/** Starts by itself at a visit's time: a kiosk whose next visit is due asks for its code,
 * once for each visit, so that whoever comes later still finds the first page. */

import { say } from "./voice.js";

/** A cookie, because what pages keep ends with each family. */
const LATELY = "due";
const KEPT_SECONDS = 2 * 3600;

/** @param {HTMLElement} card `data-href` is where to, `data-key` names the time */
export function start(card) {
  const { href = "/", key = "", seconds = "3" } = card.dataset;
  const asked = `${LATELY}=${encodeURIComponent(key)}`;
  if (document.cookie.split("; ").includes(asked)) return;
  say("station.due");
  setTimeout(() => {
    // Somebody is choosing already, or the board has changed.
    if (!card.isConnected || document.querySelector("dialog[open]")) return;
    document.cookie = `${asked}; Path=/; Max-Age=${KEPT_SECONDS}; SameSite=Lax`;
    location.assign(href);
  }, Number(seconds) * 1000);
}
