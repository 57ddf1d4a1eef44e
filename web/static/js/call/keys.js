// @ts-check
/** Alt and a digit do what the buttons do; a letter alone is never taken from anybody. */

/** @param {Record<string, () => HTMLElement | null>} buttons by digit */
export function shortcuts(buttons) {
  document.addEventListener("keydown", (event) => {
    if (!event.altKey || event.ctrlKey || event.metaKey || event.repeat) return;
    const button = buttons[event.code.replace(/^(Digit|Numpad)/, "")]?.();
    if (!button || button.hidden || button.closest("[hidden]") || button.hasAttribute("disabled")) return;
    event.preventDefault();
    button.click();
  });
}
