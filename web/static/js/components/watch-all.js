// @ts-check
/** One button that watches every visit under way, and lets go of all again. */

import { panes } from "../wall/pane.js";

/** @param {HTMLElement} place */
export function start(place) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button button--secondary";
  const draw = () => {
    const live = [...panes].filter((pane) => pane.isLive);
    const all = live.length > 0 && live.every((pane) => pane.isWatching);
    button.textContent = (all ? place.dataset.on : place.dataset.off) ?? "";
    button.setAttribute("aria-pressed", String(all));
    button.hidden = live.length === 0;
    return all;
  };
  button.addEventListener("click", () => {
    const all = draw();
    for (const pane of panes) if (pane.isLive) all ? pane.stop() : pane.watch();
    draw();
  });
  for (const name of ["news", "watched"]) document.addEventListener(name, draw);
  place.append(button);
  draw();
}
