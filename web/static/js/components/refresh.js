// @ts-check
/** Keeps a part of the page fresh: fetches `data-refresh-url` every
 * `data-refresh-seconds` while the page is in sight, and swaps in what comes.
 *
 * The address answers with the inside of the element alone. Focus stays on the element
 * with the same id, and nothing is swapped while somebody presses, types or chooses inside. */

import { bind } from "../main.js";

/** @param {HTMLElement} part */
export function start(part) {
  const seconds = Number(part.dataset.refreshSeconds ?? 10);
  let asking = false;

  async function refresh() {
    if (asking || document.hidden || isBusy(part)) return;
    asking = true;
    try {
      const response = await fetch(part.dataset.refreshUrl ?? "", {
        headers: { Accept: "text/html" },
        redirect: "error",
        signal: AbortSignal.timeout(10_000),
      });
      if (!response.ok) throw new Error(String(response.status));
      const fresh = await response.text();
      if (!isBusy(part)) swap(part, fresh);
      part.removeAttribute("data-stale");
    } catch {
      // The line is down or the session is over; what is shown may be old, and says so.
      part.setAttribute("data-stale", "");
    } finally {
      asking = false;
    }
  }

  setInterval(refresh, seconds * 1000);
  document.addEventListener("visibilitychange", refresh);
}

/**
 * @param {HTMLElement} part
 * @param {string} fresh
 */
function swap(part, fresh) {
  if (part.innerHTML.trim() === fresh.trim()) return;
  const focused = part.contains(document.activeElement) ? document.activeElement?.id : "";
  const open = [...part.querySelectorAll("details[open][id]")].map((element) => element.id);
  part.innerHTML = fresh;
  for (const id of open) document.getElementById(id)?.setAttribute("open", "");
  if (focused) document.getElementById(focused)?.focus();
  bind(part);
}

/**
 * @param {HTMLElement} part
 * @returns {boolean} whether a swap would take something out of somebody's hands
 */
function isBusy(part) {
  const active = document.activeElement;
  // Whoever presses a button means the one that is under the finger now.
  if (part.matches(":active") || document.querySelector("dialog[open]")) return true;
  return Boolean(active && part.contains(active) && active.matches("input:not([type=hidden]), textarea, select"));
}
