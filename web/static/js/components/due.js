// @ts-check
/** Starts by itself at a visit's time: a kiosk whose next visit is due asks for its code,
 * once for each visit, so that whoever comes later still finds the first page. */

const LATELY = "due";

/** @param {HTMLElement} card `data-href` is where to, `data-key` names the time */
export function start(card) {
  const { href = "/", key = "", seconds = "3" } = card.dataset;
  if (sessionStorage.getItem(LATELY) === key) return;
  setTimeout(() => {
    // Somebody is choosing already, or the board has changed.
    if (!card.isConnected || document.querySelector("dialog[open]")) return;
    sessionStorage.setItem(LATELY, key);
    location.assign(href);
  }, Number(seconds) * 1000);
}
