// @ts-check
/** The live picture of a visit on the wall; its words are the page's `#words`. */

import { Pane } from "../wall/pane.js";

/** @param {HTMLElement} element */
export function start(element) {
  new Pane(element);
}
