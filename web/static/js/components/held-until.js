// @ts-check
/** Counts down how long a slot is still held, and says so once when it is not.
 *
 * Without it the page names the wall time, which is enough. Minutes are counted from the
 * server's own clock, so that a machine whose clock is wrong counts right. */

/** @param {HTMLElement} place `data-until` and `data-now` are ISO 8601; `data-over` is
 *   what to say at the end. Inside, `[data-count]` is shown, and `[data-left]` in it takes
 *   the minutes and seconds. */
export function start(place) {
  const { until = "", now = "", over = "" } = place.dataset;
  const count = place.querySelector("[data-count]");
  const left = place.querySelector("[data-left]");
  const lasts = Date.parse(until) - Date.parse(now);
  if (!(count instanceof HTMLElement) || !left || Number.isNaN(lasts)) return;
  const end = performance.now() + lasts;
  const figures = new Intl.NumberFormat(document.documentElement.lang, { minimumIntegerDigits: 2 });
  count.hidden = false;
  const show = () => {
    const seconds = Math.max(0, Math.ceil((end - performance.now()) / 1000));
    left.textContent = `${figures.format(Math.floor(seconds / 60))}:${figures.format(seconds % 60)}`;
    if (seconds > 0) return;
    clearInterval(timer);
    place.textContent = over;
  };
  const timer = setInterval(show, 1000);
  show();
}
