// @ts-check
/** A form that calls for help without leaving the page: what came of it is said in the
 * form's own `[data-said]`. Without scripts it is a plain form. */

/** @param {HTMLElement} form with `data-failed`, the words for a broken line */
export function start(form) {
  if (!(form instanceof HTMLFormElement)) return;
  const said = form.querySelector("[data-said]");
  let asking = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (asking || !said) return;
    asking = true;
    try {
      const response = await fetch(form.action, {
        method: "POST",
        body: new URLSearchParams([...new FormData(form)].map(([name, value]) => [name, String(value)])),
        headers: { Accept: "application/json" },
        signal: AbortSignal.timeout(10_000),
      });
      if (!response.ok) throw new Error(String(response.status));
      said.textContent = (await response.json()).done;
    } catch {
      said.textContent = form.dataset.failed ?? "";
    } finally {
      asking = false;
    }
  });
}
