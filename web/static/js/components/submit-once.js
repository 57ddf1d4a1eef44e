// @ts-check
/** A form that is sent once, however often its button is pressed, and loses nothing.
 *
 * Where the service cannot be reached the form is not sent: it says so, and offers to send
 * again when the line is back. What staff and owners of phones typed is kept in this tab
 * for one person (`data-owner`), until it was answered, somebody signs out, or two hours
 * are over; never a secret or a code, and nothing at all at a station, which is shared. */

const PREFIX = "unsent:";
const PATIENCE_MS = 8_000;
const KEPT_MS = 2 * 3_600_000;
/** Asked for before a form is sent; any answer will do, a missing page too. */
const PROBE = "/healthz";
const SECRET = /(^|_)(password|pin|code|secret)(_|$)/i;

/** @typedef {"typed" | "unsent" | "sent"} State */

/** @param {HTMLElement} element with `data-draft`, what is typed is found again even by
 *   whoever comes back to the page by a link */
export function start(element) {
  const form = /** @type {HTMLFormElement} */ (element);
  const texts = document.getElementById("unsent-texts")?.dataset ?? {};
  const draft = new Draft(form, texts.owner ?? "");
  const words = new Words(form);
  if (draft.restore()) words.say(texts.restored, { words: texts.empty, act: () => draft.empty() });

  let busy = false;
  let certain = false;
  /** @type {HTMLElement | null} which button was meant, where the browser does not tell */
  let pressed = null;
  form.addEventListener("click", (event) => {
    pressed = /** @type {Element} */ (event.target).closest("button");
  });
  form.addEventListener("input", () => draft.note("typed"));
  form.addEventListener("submit", async (event) => {
    if (certain) return;
    if (busy) {
      event.preventDefault();
      return;
    }
    busy = true;
    if (navigator.onLine && !fields(form).length) return off(form, true);
    event.preventDefault();
    const waiting = window.setTimeout(() => words.say(texts.trying), 500);
    const reached = await isReached();
    clearTimeout(waiting);
    words.say(reached ? "" : texts.broken);
    draft.note(reached ? "sent" : "unsent");
    busy = reached;
    if (!reached) return;
    certain = true;
    form.requestSubmit("submitter" in event ? event.submitter : pressed);
    certain = false;
    off(form, true);
  });
  // The page may come back from the browser's memory with its buttons still off.
  window.addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    busy = false;
    off(form, false);
  });
  window.addEventListener("online", () => {
    if (words.are(texts.broken)) words.say(texts.back);
  });
}

/** @param {HTMLFormElement} form @param {boolean} sent */
function off(form, sent) {
  for (const button of form.querySelectorAll("button")) {
    if (sent) button.setAttribute("aria-disabled", "true");
    else button.removeAttribute("aria-disabled");
  }
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

/** @typedef {HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement} Field */

/** @param {HTMLFormElement} form @returns {Field[]} what people fill in, secrets left out */
function fields(form) {
  const never = ["hidden", "password", "file", "submit", "button", "reset", "image", "fieldset", "output"];
  const every = /** @type {Field[]} */ ([...form.elements]);
  return every.filter(
    (one) => one.name && !never.includes(one.type) && !SECRET.test(one.name) && one.autocomplete !== "one-time-code",
  );
}

/** @param {Field} field @returns {string} what it holds, or whether it is on */
function held(field) {
  return field instanceof HTMLInputElement && ["radio", "checkbox"].includes(field.type)
    ? String(field.checked)
    : field.value;
}

/** @param {Field} field @param {string} value @returns {boolean} whether that was new */
function hold(field, value) {
  if (held(field) === value) return false;
  if (field instanceof HTMLInputElement && ["radio", "checkbox"].includes(field.type)) field.checked = value === "true";
  else field.value = value;
  return true;
}

/** @param {Field} field @returns {string} */
function nameOf(field) {
  const many = field instanceof HTMLInputElement && ["radio", "checkbox"].includes(field.type);
  return many ? `${field.name}=${field.value}` : field.name;
}

/** What was typed into one form by one person, kept in this tab. */
class Draft {
  /** @param {HTMLFormElement} form @param {string} owner empty for nobody, who keeps nothing */
  constructor(form, owner) {
    this.form = form;
    const action = form.getAttribute("action") ?? location.pathname;
    this.key = owner && `${PREFIX}${owner}:${form.id}:${action}`;
    forget(owner);
  }

  /** @param {State} state */
  note(state) {
    if (!this.key || (state === "sent" && !this.read())) return;
    const typed = Object.fromEntries(fields(this.form).map((one) => [nameOf(one), held(one)]));
    try {
      sessionStorage.setItem(this.key, JSON.stringify({ typed, state, at: Date.now() }));
    } catch {
      // A browser that keeps nothing sends as it always did.
    }
  }

  /** @returns {{typed: Record<string, string>, state: State} | null} */
  read() {
    try {
      return JSON.parse((this.key && sessionStorage.getItem(this.key)) || "null");
    } catch {
      return null;
    }
  }

  /** @returns {boolean} whether anything was put back */
  restore() {
    const kept = this.read();
    if (!kept) return false;
    const [entry] = performance.getEntriesByType("navigation");
    const anew = /** @type {PerformanceNavigationTiming | undefined} */ (entry)?.type === "navigate";
    const left = kept.state === "typed" && !("draft" in this.form.dataset);
    // What was answered is older than the answer; what was left is nobody's next form.
    if (anew && (kept.state === "sent" || left)) {
      sessionStorage.removeItem(this.key);
      return false;
    }
    let changed = false;
    for (const field of fields(this.form)) {
      const value = kept.typed[nameOf(field)];
      if (value !== undefined && hold(field, value)) changed = true;
    }
    if (changed) this.form.closest("details")?.setAttribute("open", "");
    return changed;
  }

  empty() {
    this.form.reset();
    sessionStorage.removeItem(this.key);
  }
}

/** What the form says of itself; drawn when there is something to say. */
class Words {
  /** @param {HTMLFormElement} form */
  constructor(form) {
    this.form = form;
    /** @type {HTMLElement | null} */
    this.place = null;
  }

  /** @param {string} [text] @param {{words?: string, act: () => void}} [also] a button beside */
  say(text = "", also) {
    if (!this.place) {
      if (!text) return;
      this.place = document.createElement("p");
      this.place.className = "unsent";
      this.place.setAttribute("role", "status");
      this.place.setAttribute("data-mine", "");
      this.form.append(this.place);
    }
    this.place.textContent = text;
    if (!also?.words) return;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button button--plain";
    button.textContent = also.words;
    button.addEventListener("click", () => {
      also.act();
      this.say("");
    });
    this.place.append(" ", button);
  }

  /** @param {string} [text] @returns {boolean} */
  are(text) {
    return Boolean(text) && this.place?.textContent === text;
  }
}

/** What somebody else typed here is no business of whoever signs in next, and what is old
 * is nobody's. @param {string} owner empty while nobody is signed in */
function forget(owner) {
  try {
    for (const key of Object.keys(sessionStorage).filter((one) => one.startsWith(PREFIX))) {
      const other = owner && !key.startsWith(`${PREFIX}${owner}:`);
      const at = JSON.parse(sessionStorage.getItem(key) ?? "{}").at ?? 0;
      if (other || Date.now() - at > KEPT_MS) sessionStorage.removeItem(key);
    }
  } catch {
    // Nothing is kept there.
  }
}
