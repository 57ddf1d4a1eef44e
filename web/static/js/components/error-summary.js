// @ts-check
/** Takes the reader to what is wrong with a form, and from there to the field. */

/** @param {HTMLElement} summary */
export function start(summary) {
  summary.focus();
  summary.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest("a") : null;
    const field = link && document.getElementById(link.hash.slice(1));
    if (!field) return;
    event.preventDefault();
    field.scrollIntoView({ block: "center" });
    field.focus();
  });
}
