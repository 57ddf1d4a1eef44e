// @ts-check
/** Whether everything worked on this device within the hour. Kept by the browser, and
 * nothing but the time is kept. */

const KEY = "device-passed";
const LATELY_MS = 3_600_000;

/** @returns {boolean} */
export function passedLately() {
  try {
    const age = Date.now() - Number(localStorage.getItem(KEY));
    return age >= 0 && age < LATELY_MS;
  } catch {
    return false;
  }
}

/** @param {boolean} passed */
export function remember(passed) {
  try {
    if (passed) localStorage.setItem(KEY, String(Date.now()));
    else localStorage.removeItem(KEY);
  } catch {
    // A browser that keeps nothing tries everything again next time.
  }
}
