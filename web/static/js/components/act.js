// @ts-check
/** A form that is sent without leaving the page, after which the page looks again.
 *
 * What was done, or why not, is said in the nearest `role="status"` and shown there. What
 * was typed stays until it has got through. */

import { refresh } from "./news.js";

const SEEN_MS = 15_000;

/** @param {HTMLElement} form */
export function start(form) {
  if (!(form instanceof HTMLFormElement)) return;
  let sending = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (sending) return;
    sending = true;
    form.setAttribute("aria-busy", "true");
    try {
      await send(form, event.submitter);
    } finally {
      sending = false;
      form.removeAttribute("aria-busy");
    }
  });
}

/** @param {HTMLFormElement} form @param {HTMLElement | null} button */
async function send(form, button) {
  const body = new URLSearchParams();
  for (const [name, value] of new FormData(form, button)) body.append(name, String(value));
  try {
    const response = await fetch(form.action, {
      method: "POST",
      body,
      headers: { Accept: "application/json" },
      redirect: "manual",
      signal: AbortSignal.timeout(15_000),
    });
    // A page that only goes back somewhere has done what it was asked.
    const plain = response.type === "opaqueredirect";
    const answer = plain ? { done: "" } : await response.json();
    if (!plain && !response.ok) return say(form, [answer.title, ...(answer.reasons ?? []), answer.detail].join(" "), true);
    say(form, answer.done ?? "", false);
    form.reset();
    const fold = form.closest("details");
    fold?.removeAttribute("open");
    fold?.querySelector("summary")?.focus();
    const around = ids(form);
    document.dispatchEvent(new CustomEvent("acted", { detail: { form } }));
    await refresh();
    stay(around);
  } catch {
    const failed = form.closest("[data-failed]");
    say(form, failed instanceof HTMLElement ? (failed.dataset.failed ?? "") : "", true);
  }
}

/** @param {Element} element @returns {string[]} the names of what it stands in, the nearest first */
function ids(element) {
  const found = [];
  for (let one = element.closest("[id]"); one; one = one.parentElement?.closest("[id]") ?? null) found.push(one.id);
  return found;
}

/** Whoever pressed a button that is gone goes on where it stood. @param {string[]} around */
function stay(around) {
  if (document.activeElement && document.activeElement !== document.body) return;
  const place = around.map((id) => document.getElementById(id)).find((one) => one);
  if (!place) return;
  if (!place.hasAttribute("tabindex")) place.tabIndex = -1;
  place.focus({ preventScroll: true });
}

/** @param {HTMLFormElement} form @param {string} words @param {boolean} bad */
function say(form, words, bad) {
  const near = form.closest("article, section, dialog")?.querySelector('[role="status"]');
  const place = near ?? document.getElementById("said");
  if (!place) return;
  place.textContent = words;
  place.classList.toggle("is-bad", bad);
  // What was done is seen by then; what was not done stays to be read.
  if (!bad) window.setTimeout(() => place.textContent === words && place.replaceChildren(), SEEN_MS);
}
