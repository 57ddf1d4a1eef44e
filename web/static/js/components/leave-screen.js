// @ts-check
/** A button for staff: out of the full screen, until the device is started again. */

import { leave } from "../kiosk/screen.js";

/** @param {HTMLElement} button */
export function start(button) {
  button.hidden = false;
  button.addEventListener("click", leave);
}
