// @ts-check
/** Fills in the code that a slip's QR picture, or the address in a message, carries behind
 * the `#`, where no server and no log ever sees it. */

const KEY = "came-in";

/** Whether somebody has just typed a code in this window. @param {boolean} yes */
export function cameIn(yes) {
  try {
    if (yes) sessionStorage.setItem(KEY, "yes");
    else sessionStorage.removeItem(KEY);
  } catch {
    // A browser that keeps nothing shows every screen.
  }
}

/** @returns {boolean} once, after a code was typed */
export function hasComeIn() {
  try {
    return sessionStorage.getItem(KEY) !== null;
  } catch {
    return false;
  } finally {
    cameIn(false);
  }
}

/** @param {HTMLElement} form */
export function start(form) {
  function fill() {
    const behind = location.hash.slice(1);
    const code = /^\d+$/.test(behind) ? behind : new URLSearchParams(behind).get("code");
    const field = form.querySelector('input[name="code"]');
    if (!code || !(field instanceof HTMLInputElement)) return;
    history.replaceState(null, "", location.pathname + location.search);
    field.value = code;
    const next = form.querySelector('input[name="phone"], button');
    if (next instanceof HTMLElement) next.focus();
  }

  form.addEventListener("submit", () => cameIn(true));
  // A second slip that is held before the same page only changes what is behind the #.
  window.addEventListener("hashchange", fill);
  fill();
}
