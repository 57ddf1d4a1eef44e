// @ts-check
/** Tells the service what trying a station found, as soon as the last step is done, and
 * goes back to what the station shows where nobody waits for a visit. */

const BACK_AFTER_MS = 30_000;

/** @param {HTMLElement} page `data-results` is where to tell, `data-back` where to go */
export function start(page) {
  document.addEventListener("device-tried", async (event) => {
    const found = /** @type {CustomEvent<Record<string, string>>} */ (event).detail;
    const told = await tell(page.dataset.results ?? "", found);
    const words = page.querySelector("[data-told]");
    if (words instanceof HTMLElement) {
      words.textContent = (told ? words.dataset.told : words.dataset.untold) ?? "";
    }
    const back = page.dataset.back;
    if (back && told) window.setTimeout(() => location.assign(back), BACK_AFTER_MS);
  });
}

/** @param {string} url @param {Record<string, string>} found @returns {Promise<boolean>} */
async function tell(url, found) {
  try {
    const response = await fetch(url, {
      method: "POST",
      body: new URLSearchParams(found),
      keepalive: true,
      signal: AbortSignal.timeout(15_000),
    });
    return response.ok;
  } catch {
    return false;
  }
}
