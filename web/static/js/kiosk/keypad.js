// @ts-check
/** Digits to press, under a field for digits: a kiosk has a touch screen and often no
 * keyboard. Pressing keeps the field focused, so keys of a keyboard go on working. */

const FIELDS = 'input[inputmode="numeric"], input[inputmode="tel"]';

export function keypad() {
  const template = /** @type {HTMLTemplateElement | null} */ (document.getElementById("keypad"));
  const fields = /** @type {HTMLInputElement[]} */ ([...document.querySelectorAll(FIELDS)]);
  if (!template || fields.length === 0) return;
  const pad = /** @type {HTMLElement} */ (template.content.firstElementChild?.cloneNode(true));
  let field = fields[0];

  for (const one of fields) {
    // Two keyboards on one screen would hide the page.
    one.inputMode = "none";
    one.addEventListener("focus", () => {
      field = one;
      one.after(pad);
    });
  }
  pad.addEventListener("pointerdown", (event) => event.preventDefault());
  pad.addEventListener("click", (event) => {
    const key = event.target instanceof Element ? event.target.closest("button") : null;
    if (key) press(field, key.dataset.key ?? "");
  });
  const first = document.activeElement;
  (first instanceof HTMLInputElement && fields.includes(first) ? first : field).after(pad);
}

/** @param {HTMLInputElement} field @param {string} key a digit, or nothing for the last one back */
function press(field, key) {
  const start = field.selectionStart ?? field.value.length;
  const end = field.selectionEnd ?? start;
  if (key && field.maxLength > 0 && field.value.length - (end - start) >= field.maxLength) return;
  field.setRangeText(key, key || start < end ? start : Math.max(0, start - 1), end, "end");
  field.dispatchEvent(new InputEvent("input", { bubbles: true }));
}
