// @ts-check
/** Whether a leg is alive, and what is done for one that is not. Pure: it is told what
 * arrived and what time it is.
 *
 * Browsers take nine seconds to see that a line is gone. Here a leg is silent when
 * nothing at all, neither media nor reports nor checks, came for much longer than is
 * usual on it; a slow line is one with a long usual pause, and is left in peace. */

const QUIET_MS = 2000;
/** When nobody sends anything, only the answers to the browser's own checks come: every
 * 2.5 seconds in Chromium, every 4 to 6 in Firefox. */
const QUIET_IDLE_MS = 8000;
const LONGEST_USUAL_MS = 2500;
const FORGETS = 0.985;
/** Wait so long before doing anything, and longer while the other leg still hears. */
const PATIENCE_MS = 3000;
const PATIENCE_ALONE_MS = 6000;
/** After the network changed, one second must do. */
const DOUBTED_MS = 1000;
const DOUBT_LASTS_MS = 10_000;
const BETWEEN_TRIES_MS = 3000;
const FIRST_TRY_MS = 5000;
/** Building a leg takes five round trips; over satellites that is this long. */
const SLOW_TRY_MS = 8000;
const LONGEST_BETWEEN_MS = 15_000;

/**
 * @typedef {{
 *   count: number, heardAt: number, usual: number, stood: boolean,
 *   tries: number, triedAt: number, doubtedAt: number,
 * }} Pulse heard so far; times in milliseconds
 * @typedef {"none" | "restart" | "rebuild"} Remedy
 */

/** @param {number} now @returns {Pulse} of a leg that begins to connect */
export function begin(now) {
  return { count: 0, heardAt: now, usual: 0, stood: false, tries: 0, triedAt: now, doubtedAt: -Infinity };
}

/** @param {Pulse} pulse @param {number} count of all that has ever arrived @param {number} now @returns {Pulse} */
export function heard(pulse, count, now) {
  if (count <= pulse.count) return { ...pulse, count };
  const pause = Math.min(now - pulse.heardAt, LONGEST_USUAL_MS);
  return { ...pulse, count, heardAt: now, usual: Math.max(pause, pulse.usual * FORGETS) };
}

/** @param {Pulse} pulse @param {number} now @returns {Pulse} of a leg that media can flow on */
export function stands(pulse, now) {
  return { ...pulse, stood: true, tries: 0, triedAt: now, heardAt: now, doubtedAt: -Infinity };
}

/** @param {Pulse} pulse @param {number} now @returns {Pulse} after the network changed under it */
export function doubted(pulse, now) {
  return { ...pulse, doubtedAt: now, tries: 0 };
}

/** @param {Pulse} pulse @param {number} now @returns {Pulse} after a remedy was tried */
export function tried(pulse, now) {
  return { ...pulse, tries: pulse.tries + 1, triedAt: now };
}

/** @param {Pulse} pulse @param {number} now @param {boolean} idle nothing need arrive @returns {boolean} */
export function isSilent(pulse, now, idle) {
  return now - pulse.heardAt > Math.max(idle ? QUIET_IDLE_MS : QUIET_MS, pulse.usual * 2);
}

/**
 * What to do for a leg now. A leg on which anything arrives is never touched.
 * @param {Pulse} pulse
 * @param {{now: number, roundTrip: number, idle: boolean, whole: boolean, otherHears: boolean}} how
 *   `whole`: the browser has not given the connection up, nor is it still building it
 * @returns {Remedy}
 */
export function remedy(pulse, { now, roundTrip, idle, whole, otherHears }) {
  const silence = now - pulse.heardAt;
  const since = now - Math.max(pulse.doubtedAt, pulse.heardAt);
  if (now - pulse.doubtedAt < DOUBT_LASTS_MS && pulse.tries === 0) {
    const wait = Math.max(idle ? QUIET_IDLE_MS : DOUBTED_MS, pulse.usual * 1.2) + 2 * roundTrip;
    return since > wait ? "rebuild" : "none";
  }
  if (!isSilent(pulse, now, idle)) return "none";
  if (!whole || pulse.tries > 0) {
    const pause = (pulse.stood ? BETWEEN_TRIES_MS : FIRST_TRY_MS) * 1.5 ** Math.max(0, pulse.tries - 1);
    const wait = Math.min(Math.max(pause, Math.min(6 * roundTrip, SLOW_TRY_MS)), LONGEST_BETWEEN_MS);
    return now - pulse.triedAt > wait ? "rebuild" : "none";
  }
  const patience = otherHears ? PATIENCE_ALONE_MS : PATIENCE_MS;
  return silence > patience + roundTrip ? "restart" : "none";
}
