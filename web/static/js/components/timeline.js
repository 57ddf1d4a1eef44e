// @ts-check
/** The day's table under pointer and keys: visits are dragged into free places, and the
 * arrow keys go from place to place. Whoever does neither has links for the same. */

import { drag } from "../timeline/drag.js";
import { step } from "../timeline/grid.js";

/** @param {HTMLElement} table */
export function start(table) {
  const tip = document.getElementById("timeline-tip");
  if (tip) tip.textContent = table.dataset.tip ?? "";
  table.addEventListener("keydown", (event) => step(table, event));
  table.addEventListener("pointerdown", (event) => drag(table, event));
  // The browser's own dragging of links would take the pointer away.
  table.addEventListener("dragstart", (event) => event.preventDefault());
}
