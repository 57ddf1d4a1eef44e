// @ts-check
/** Reads the page to whoever does not read. One clip at a time: a button that is pressed
 * is heard at once, what speaks by itself waits for its turn.
 *
 * A part of the page that is shown later speaks when it is shown: its button comes into
 * sight. Nothing speaks by itself unless `<html data-voice="on">`. */

const WAITING_MOST = 3;
const player = new Audio();
player.preload = "none";
/** @typedef {{source: string, button: HTMLElement | null, must?: boolean}} Clip */
/** @type {Clip[]} */
let waiting = [];
/** @type {HTMLElement | null} whose clip is being heard */
let heard = null;
/** What is being heard has to be. */
let urgent = false;

const seen = new ResizeObserver((changes) => {
  const came = changes.filter(({ target, contentRect }) => turned(target, contentRect.width > 0));
  if (heard && !heard.hasAttribute("data-shown") && heard.hasAttribute("data-at-once")) {
    hush();
    next();
  }
  for (const { target } of came) if (wanted()) later(sourceOf(target), /** @type {HTMLElement} */ (target));
});

/** @param {HTMLElement} link to the clip; a button from here on */
export function start(link) {
  link.setAttribute("role", "button");
  link.addEventListener("click", (event) => {
    event.preventDefault();
    press(link);
  });
  link.addEventListener("keydown", (event) => {
    if (event.key !== " ") return;
    event.preventDefault();
    press(link);
  });
  if (link.hasAttribute("data-at-once")) seen.observe(link);
}

/** Say a sentence because something happened. Silent where its clip or the wish is missing.
 * @param {string} name as in the page's `voices` */
export function say(name) {
  if (wanted()) find(name, false);
}

/** Say what everybody has to hear, also who does not want to be read to. @param {string} name */
export function announce(name) {
  find(name, true);
}

/** @param {string} name @param {boolean} must */
function find(name, must) {
  for (const list of document.querySelectorAll("script[data-voices]")) {
    const source = JSON.parse(list.textContent ?? "{}")[name];
    if (source) return later(source, null, must);
  }
}

/** Stop, and forget what waits, but for what has to be heard. */
export function hush() {
  waiting = waiting.filter((one) => one.must);
  player.pause();
  mark(null);
}

/** @returns {boolean} whether the page may speak by itself */
function wanted() {
  return document.documentElement.dataset.voice === "on";
}

/** @param {Element} link @param {boolean} shown @returns {boolean} whether it came into sight just now */
function turned(link, shown) {
  const before = link.hasAttribute("data-shown");
  link.toggleAttribute("data-shown", shown);
  return shown && !before;
}

/** @param {Element} link */
function sourceOf(link) {
  return link instanceof HTMLAnchorElement ? link.href : "";
}

/** @param {HTMLElement} link */
function press(link) {
  const again = heard === link;
  hush();
  if (again) return;
  play({ source: sourceOf(link), button: link });
  // Whoever listens once wants to be read to, unless they have said no before.
  document.dispatchEvent(new CustomEvent("voice-pressed"));
}

/** @param {string} source @param {HTMLElement | null} button @param {boolean} [must] */
function later(source, button, must) {
  const rest = waiting.filter((one) => one.source !== source);
  // What has to be heard is heard at once, and of two such the newer one.
  if (must) waiting = [{ source, button, must }, ...rest.filter((one) => !one.must)];
  else waiting = [...rest, { source, button }].slice(-WAITING_MOST);
  if (must && !urgent) player.pause();
  if (player.paused) next();
}

function next() {
  const following = waiting.shift();
  if (!following) return mark(null);
  if (following.button && !following.button.isConnected) return next();
  return play(following);
}

/** @param {Clip} one */
async function play(one) {
  mark(one.button);
  urgent = Boolean(one.must);
  player.src = one.source;
  try {
    await player.play();
  } catch (error) {
    mark(null);
    // A browser that wants a tap first; the next one is as good as any.
    if (error instanceof DOMException && error.name === "NotAllowedError") afterTap(one);
  }
}

/** @param {Clip} one */
function afterTap(one) {
  const tapped = (/** @type {Event} */ event) => {
    const control = event.target instanceof Element && event.target.closest("a, button, input, select, textarea, summary");
    if ((one.must || (!control && wanted())) && player.paused) play(one);
  };
  document.addEventListener("click", tapped, { once: true });
}

/** @param {HTMLElement | null} button that is being heard */
function mark(button) {
  heard?.removeAttribute("data-playing");
  heard = button;
  button?.setAttribute("data-playing", "");
}

player.addEventListener("ended", next);
player.addEventListener("error", () => mark(null));
window.addEventListener("pagehide", hush);
