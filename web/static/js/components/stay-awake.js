// @ts-check
/** Keeps the screen of a station from going dark, where the browser can. */

/** @param {HTMLElement} _part */
export function start(_part) {
  async function hold() {
    try {
      if (!document.hidden) await navigator.wakeLock?.request("screen");
    } catch {
      // A battery that is low may refuse; the page goes on without.
    }
  }

  // Browsers let go of the lock whenever the page is out of sight.
  document.addEventListener("visibilitychange", hold);
  hold();
}
