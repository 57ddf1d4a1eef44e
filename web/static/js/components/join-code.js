// @ts-check
/** Fills in the code that a slip's QR picture carries behind the `#` of its address,
 * where no server and no log ever sees it. */

/** @param {HTMLElement} form */
export function start(form) {
  function fill() {
    const code = new URLSearchParams(location.hash.slice(1)).get("code");
    const field = form.querySelector('input[name="code"]');
    if (!code || !(field instanceof HTMLInputElement)) return;
    history.replaceState(null, "", location.pathname + location.search);
    field.value = code;
    const next = form.querySelector('input[name="phone"], button');
    if (next instanceof HTMLElement) next.focus();
  }

  // A second slip that is held before the same page only changes what is behind the #.
  window.addEventListener("hashchange", fill);
  fill();
}
