// @ts-check
/** Where an official writes beside a call: links and forms of it change the desk alone, so
 * that the pictures go on. Without scripts they are a page of their own.
 *
 * Links are those with `data-desk` anywhere in the panel. What was typed stays until it
 * has got through. A link with `data-next` leaves the call properly before it is followed. */

import { bind } from "../main.js";
import { refresh } from "./news.js";

const LEAVING_MS = 300;

/** @param {HTMLElement} desk */
export function start(desk) {
  const panel = desk.closest(".beside") ?? desk;
  let busy = false;

  /** @param {string} url @param {RequestInit} [options] */
  async function turn(url, options = {}) {
    if (busy) return;
    busy = true;
    desk.setAttribute("aria-busy", "true");
    try {
      const fresh = await fetched(url, options);
      if (!fresh) return say(desk, desk.dataset.over ?? "");
      // What is shown can be pressed: nothing is on its way any more that would take the
      // keyboard elsewhere, or for which a press would be passed over.
      await bind(fresh).catch(() => undefined);
      desk.replaceChildren(...fresh.childNodes);
      const focused = desk.querySelector(".errors") ?? desk.querySelector("[data-focus]");
      if (focused instanceof HTMLElement && url !== desk.dataset.url) focused.focus();
      if (options.method) refresh();
    } catch {
      say(desk, desk.dataset.failed ?? "");
    } finally {
      busy = false;
      desk.removeAttribute("aria-busy");
    }
  }

  panel.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest("a") : null;
    if (!link || !(event instanceof MouseEvent) || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (link.hasAttribute("data-next")) leave(event, link);
    if (!link.hasAttribute("data-desk")) return;
    event.preventDefault();
    turn(link.href);
  });
  desk.addEventListener("submit", (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || !(event instanceof SubmitEvent)) return;
    event.preventDefault();
    const body = new URLSearchParams();
    for (const [name, value] of new FormData(form, event.submitter)) body.append(name, String(value));
    turn(form.action, { method: "POST", body });
  });
  if (desk.dataset.url) turn(desk.dataset.url);
}

/**
 * The fresh desk, or null where the answer is a page of another kind.
 * @param {string} url @param {RequestInit} options
 */
async function fetched(url, options) {
  const response = await fetch(url, {
    ...options,
    headers: { Accept: "text/html", "X-Part": "desk" },
    signal: AbortSignal.timeout(15_000),
  });
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const fresh = page.getElementById("beside-desk");
  if (!fresh && !response.redirected && response.status >= 500) throw new Error(String(response.status));
  return fresh;
}

/** Say good-bye to the call, so that the others are not told of a broken line.
 * @param {Event} event @param {HTMLAnchorElement} link */
function leave(event, link) {
  const go = document.querySelector('[data-part-of-call="go"]');
  if (!(go instanceof HTMLElement)) return;
  event.preventDefault();
  go.click();
  window.setTimeout(() => location.assign(link.href), LEAVING_MS);
}

/** @param {HTMLElement} desk @param {string} words */
function say(desk, words) {
  const line = desk.querySelector(".beside__failed") ?? document.createElement("p");
  line.className = "beside__failed";
  line.setAttribute("role", "alert");
  line.textContent = words;
  desk.prepend(line);
}
