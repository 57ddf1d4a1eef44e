// @ts-check
/** A button for staff: out of the full screen, until the first page is shown again. */

import { leave } from "../kiosk/screen.js";

/** @param {HTMLElement} button */
export function start(button) {
  button.hidden = false;
  button.addEventListener("click", leave);
}
