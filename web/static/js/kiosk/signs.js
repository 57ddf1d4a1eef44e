// @ts-check
/** How the device is doing: the time by the service's clock, its battery, its network. */

import { say } from "../components/voice.js";
import { serverNow, wall } from "../server-clock.js";

const LOW = 0.2;
const TRY_MS = 15_000;
/** @typedef {EventTarget & {level: number, charging: boolean}} Battery */

/** @param {HTMLElement} strip */
export function signs(strip) {
  clock(strip);
  network(strip);
  battery(strip);
}

/** @param {HTMLElement} strip */
function clock(strip) {
  const place = strip.querySelector("[data-time]");
  if (!place) return;
  const show = () => {
    place.textContent = wall(serverNow());
  };
  setInterval(show, 1000);
}

/** @param {HTMLElement} strip */
function network(strip) {
  const off = /** @type {HTMLElement} */ (strip.querySelector("[data-network] [data-off]"));
  const board = document.querySelector("[data-refresh-url]");
  const look = () => {
    off.hidden = navigator.onLine && !board?.hasAttribute("data-stale");
  };
  for (const name of ["online", "offline"]) window.addEventListener(name, look);
  // Without a network the browser would put a page of its own in the place of ours, and
  // what was typed would be gone.
  for (const name of ["click", "submit"]) document.addEventListener(name, stay, { capture: true });
  if (board) {
    new MutationObserver(look).observe(board, { attributeFilter: ["data-stale"] });
    setInterval(() => board.hasAttribute("data-stale") && beginAgain(strip), TRY_MS);
  }
  look();
}

/** What leads away from the page; the buttons for voice and letters do not. */
const LEADS = { submit: "form:not([data-module~=ease])", click: "a[href]:not([role=button])" };

/** Leave nothing while there is no network. @param {Event} event */
function stay(event) {
  const leads = LEADS[/** @type {"submit" | "click"} */ (event.type)];
  if (navigator.onLine || !(event.target instanceof Element && event.target.closest(leads))) return;
  event.preventDefault();
  event.stopPropagation();
  say("trouble.offline");
}

/** A board that is not answered may be of a device that is paired no more: ask for the page
 * again, but only when somebody is there to give it. @param {HTMLElement} strip */
async function beginAgain(strip) {
  try {
    const answer = await fetch(strip.dataset.alive ?? "", { signal: AbortSignal.timeout(10_000) });
    if (answer.ok) location.replace(strip.dataset.start ?? "/");
  } catch {
    // Still nobody.
  }
}

/** @param {HTMLElement} strip */
async function battery(strip) {
  const place = /** @type {HTMLElement} */ (strip.querySelector("[data-battery]"));
  const level = place.querySelector("[data-level]");
  /** @type {Battery | undefined} */
  const found = await /** @type {any} */ (navigator).getBattery?.();
  if (!found || !level) return;
  const words = new Intl.NumberFormat(document.documentElement.lang, { style: "percent" });
  const show = () => {
    place.hidden = false;
    place.classList.toggle("kiosk__sign--warn", found.level < LOW && !found.charging);
    place.toggleAttribute("data-charging", found.charging);
    level.textContent = words.format(found.level);
  };
  for (const name of ["levelchange", "chargingchange"]) found.addEventListener(name, show);
  show();
}
