// @ts-check
/** Goes on by itself when the waiting room opens. Counts from the service's clock, not
 * from this machine's, which may be wrong. */

/** @param {HTMLElement} words hidden without script; `data-now`, `data-opens`, `data-href` */
export function start(words) {
  const wait = Date.parse(words.dataset.opens ?? "") - Date.parse(words.dataset.now ?? "");
  const began = Date.now();
  if (Number.isNaN(wait)) return;
  words.hidden = false;

  // A phone that slept has missed its timers; look again and again.
  function look() {
    if (Date.now() - began >= wait) location.assign(words.dataset.href ?? "/join/time");
  }

  setInterval(look, 5000);
  document.addEventListener("visibilitychange", look);
}
