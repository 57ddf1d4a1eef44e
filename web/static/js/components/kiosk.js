// @ts-check
/** A page on a kiosk or a terminal: the whole screen, its clock and signs, no way back to
 * the last family's pages, and an end when nobody is there any more. */

import { corner } from "../kiosk/corner.js";
import { idle } from "../kiosk/idle.js";
import { keypad } from "../kiosk/keypad.js";
import { screen } from "../kiosk/screen.js";
import { signs } from "../kiosk/signs.js";

/** @param {HTMLElement} strip */
export function start(strip) {
  // What pages kept of a family ends where the next one begins.
  if (location.pathname === strip.dataset.start) sessionStorage.clear();
  screen();
  signs(strip);
  corner(strip);
  keypad();
  if (strip.dataset.kind === "kiosk" && !document.getElementById("call")) idle(strip);
}
