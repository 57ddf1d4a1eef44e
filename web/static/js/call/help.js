// @ts-check
/** The button that calls for help, without leaving the page. */

/** @typedef {import("./state.js").Facts} Facts */

/**
 * @param {HTMLElement} root
 * @param {{phase: () => string, asked: () => void, failed: () => void}} wires
 */
export function helping(root, wires) {
  const form = root.querySelector('[data-part-of-call="help-form"]');
  if (!(form instanceof HTMLFormElement)) return;
  let asking = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (asking) return;
    asking = true;
    const body = new URLSearchParams({ place: wires.phase() === "waiting" ? "waiting" : "call" });
    try {
      const response = await fetch(form.action, {
        method: "POST",
        body,
        headers: { Accept: "application/json" },
        signal: AbortSignal.timeout(10_000),
      });
      if (!response.ok) throw new Error(String(response.status));
      wires.asked();
    } catch {
      wires.failed();
    } finally {
      asking = false;
    }
  });
}

/** @param {HTMLElement} root @param {Facts} facts @param {Record<string, string>} words */
export function drawHelp(root, facts, words) {
  const button = root.querySelector('[data-part-of-call="help"]');
  const said = root.querySelector('[data-part-of-call="help-words"]');
  if (!button || !said) return;
  button.setAttribute("data-state", facts.help);
  const text = facts.help === "waiting" ? words.help_waiting_short : words.help_ask;
  if (said.textContent !== text) said.textContent = text;
}
