// @ts-check
/** Closes what dropped down when one goes on elsewhere, as menus do.
 *
 * Without it the list stays open until its heading is pressed again. */

/** @param {HTMLElement} list a `<details>` that lies over the page. */
export function start(list) {
  if (!(list instanceof HTMLDetailsElement)) return;
  document.addEventListener("click", (event) => {
    if (event.target instanceof Node && !list.contains(event.target)) list.open = false;
  });
  list.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !list.open) return;
    list.open = false;
    list.querySelector("summary")?.focus();
  });
}
