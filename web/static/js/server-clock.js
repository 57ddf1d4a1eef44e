// @ts-check
/** The service's clock, as the page brought it: right whatever this machine believes.
 *
 * Counted on from when the answer began to arrive, by a clock that nobody sets. Wall times
 * go by the service's offset too, because an old machine may have an old idea of summer
 * time, which Iran no longer has. */

const page = document.documentElement;
const [entry] = performance.getEntriesByType("navigation");
const began = /** @type {PerformanceNavigationTiming | undefined} */ (entry)?.responseStart ?? 0;
const served = Date.parse(page.dataset.now ?? "");

/** @returns {number} the service's time in milliseconds; the machine's where a page has none */
export function serverNow() {
  return Number.isNaN(served) ? Date.now() : served + performance.now() - began;
}

/** @param {number} instant @returns {string} what a clock on the wall shows then */
export function wall(instant) {
  // As if it were in Greenwich.
  return new Intl.DateTimeFormat(page.lang, {
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
    timeZone: "UTC",
  }).format(instant + Number(page.dataset.offset ?? 0) * 60_000);
}
