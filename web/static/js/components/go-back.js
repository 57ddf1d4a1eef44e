// @ts-check
/** Gives a shared device back: goes to `data-href` when nobody has touched the page for
 * `data-seconds`. */

/** @param {HTMLElement} words */
export function start(words) {
  const wait = Number(words.dataset.seconds ?? 60) * 1000;
  let timer = 0;

  function again() {
    clearTimeout(timer);
    timer = window.setTimeout(() => location.assign(words.dataset.href ?? "/"), wait);
  }

  for (const touch of ["pointerdown", "keydown", "scroll"]) addEventListener(touch, again);
  again();
}
