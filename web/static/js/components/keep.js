// @ts-check
/** A form that loses nothing on a bad line: what is typed is kept in this tab until the
 * service has answered, and is not sent while the service cannot be reached.
 *
 * Kept for one member of staff (`data-owner` of the page) and this tab alone; signing out
 * clears it. Sent once, however often the button is pressed. */

const PREFIX = "unsent:";
const PATIENCE_MS = 8_000;
/** Asked for before a form is sent; any answer will do, a missing page too. */
const PROBE = "/healthz";

/** @param {HTMLElement} element */
export function start(element) {
  const form = /** @type {HTMLFormElement} */ (element);
  const texts = /** @type {HTMLElement} */ (document.getElementById("unsent-texts"));
  const owner = texts?.dataset.owner ?? "";
  const key = `${PREFIX}${owner}:${form.id}:${form.getAttribute("action")}`;
  forgetOthers(owner);
  const said = document.createElement("p");
  said.className = "unsent";
  said.setAttribute("role", "status");
  said.setAttribute("data-mine", "");
  form.append(said);
  restore(form, key) && say(said, texts?.dataset.restored);

  let sending = false;
  let certain = false;
  form.addEventListener("input", () => store(key, { typed: typed(form), sent: false }));
  form.addEventListener("submit", async (event) => {
    if (certain) return;
    event.preventDefault();
    if (sending) return;
    sending = true;
    say(said, texts?.dataset.trying);
    const reached = await isReached();
    sending = false;
    if (!reached) {
      store(key, { typed: typed(form), sent: false });
      say(said, texts?.dataset.broken);
      return;
    }
    say(said, "");
    store(key, { typed: typed(form), sent: true });
    certain = true;
    form.requestSubmit(event.submitter);
    certain = false;
    sending = true;
  });
  // The page may come back from the browser's memory.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) sending = false;
  });
  window.addEventListener("online", () => {
    if (said.textContent === texts?.dataset.broken) say(said, texts?.dataset.back);
  });
}

/** @param {HTMLElement} place @param {string | undefined} words */
function say(place, words) {
  place.textContent = words ?? "";
}

async function isReached() {
  if (!navigator.onLine) return false;
  try {
    await fetch(PROBE, { method: "HEAD", cache: "no-store", signal: AbortSignal.timeout(PATIENCE_MS) });
    return true;
  } catch {
    return false;
  }
}

/** @param {HTMLFormElement} form @returns {(HTMLInputElement | HTMLTextAreaElement)[]} */
function fields(form) {
  const kinds = ["text", "search", "tel", "textarea"];
  const every = /** @type {HTMLInputElement[]} */ ([...form.elements]);
  return every.filter((one) => one.name && kinds.includes(one.type));
}

/** @param {HTMLFormElement} form @returns {Record<string, string>} */
function typed(form) {
  return Object.fromEntries(fields(form).map((one) => [one.name, one.value]));
}

/** @param {HTMLFormElement} form @param {string} key @returns {boolean} whether anything was put back */
function restore(form, key) {
  const kept = read(key);
  if (!kept) return false;
  const [entry] = performance.getEntriesByType("navigation");
  const came = /** @type {PerformanceNavigationTiming | undefined} */ (entry)?.type;
  if (kept.sent && came === "navigate") {
    // The answer is here: whatever it says is newer.
    sessionStorage.removeItem(key);
    return false;
  }
  let changed = false;
  for (const field of fields(form)) {
    const text = kept.typed[field.name];
    if (!text || field.value === text) continue;
    field.value = text;
    changed = true;
  }
  if (changed) form.closest("details")?.setAttribute("open", "");
  return changed;
}

/** @param {string} key @returns {{typed: Record<string, string>, sent: boolean} | null} */
function read(key) {
  try {
    return JSON.parse(sessionStorage.getItem(key) ?? "null");
  } catch {
    return null;
  }
}

/** @param {string} key @param {{typed: Record<string, string>, sent: boolean}} kept */
function store(key, kept) {
  try {
    sessionStorage.setItem(key, JSON.stringify(kept));
  } catch {
    // A browser that keeps nothing sends as it always did.
  }
}

/** What somebody else typed here is no business of whoever signs in next. @param {string} owner */
function forgetOthers(owner) {
  try {
    for (const key of Object.keys(sessionStorage)) {
      if (key.startsWith(PREFIX) && !key.startsWith(`${PREFIX}${owner}:`)) sessionStorage.removeItem(key);
    }
  } catch {
    // Nothing is kept there.
  }
}
