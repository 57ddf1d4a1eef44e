// @ts-check
/** Says so when this machine's clock disagrees with the service's by two minutes.
 *
 * Old kiosks still add an hour in summer, which Iran no longer does; the times on our
 * pages are the server's, and right in any case. */

const TOLERANCE_MS = 120_000;

/** @param {HTMLElement} warning hidden; `data-now` holds the server's time, ISO 8601 */
export function start(warning) {
  const server = Date.parse(warning.dataset.now ?? "");
  const age = performance.now();
  if (Number.isNaN(server)) return;
  warning.hidden = Math.abs(Date.now() - age - server) < TOLERANCE_MS;
}
