// @ts-check
/** A form that is sent once, however often its button is pressed. */

/** @param {HTMLElement} form */
export function start(form) {
  let sent = false;
  form.addEventListener("submit", (event) => {
    if (sent) {
      event.preventDefault();
      return;
    }
    sent = true;
    for (const button of form.querySelectorAll("button")) button.setAttribute("aria-disabled", "true");
  });
  // The page may come back from the browser's memory with its buttons still off.
  window.addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    sent = false;
    for (const button of form.querySelectorAll("button")) button.removeAttribute("aria-disabled");
  });
}
