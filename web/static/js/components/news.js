// @ts-check
/** Keeps parts of a page up to date: a socket says when there is news, and the page is
 * fetched again, of which only the part of the same id is taken. No part is replaced:
 * what differs is changed, so that focus and typed words stay (`morph.js`).
 *
 * `data-news-url` fetches another address than the page's own; it may answer with the
 * inside of the part alone. While nothing can be fetched a line above the part says since
 * when it is not up to date (`data-stale-text`), or that one is signed out
 * (`data-over-text`, `data-over-href`). */

import { bind } from "../main.js";
import { serverNow, wall } from "../server-clock.js";
import { children, morph } from "./morph.js";

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 10_000;
/** The service says something every ten seconds. */
const SILENCE_MS = 25_000;
const PRESSED_MS = 300;

/** @type {Set<HTMLElement>} */
const parts = new Set();
/** @type {WebSocket | null} */
let socket = null;
let pause = FIRST_PAUSE_MS;
let timer = 0;
let silence = 0;
let fetching = false;
let again = false;
/** When the parts were last known to be right. */
let right = serverNow();

/** @param {HTMLElement} part */
export function start(part) {
  parts.add(part);
  if (parts.size > 1) return;
  connect();
  window.addEventListener("online", hurry);
  document.addEventListener("visibilitychange", () => document.hidden || hurry());
  // A page that comes back from the browser's memory is as old as it was left.
  window.addEventListener("pageshow", (event) => event.persisted && refresh());
}

/** Fetch the parts again now, as after an act of one's own. */
export async function refresh() {
  if (fetching) {
    again = true;
    return;
  }
  fetching = true;
  try {
    const since = serverNow();
    const urls = new Set([...parts].map((part) => address(part)));
    for (const url of urls) await fetched(url);
    right = since;
    for (const part of parts) say(part, "");
    document.dispatchEvent(new CustomEvent("news"));
  } catch (error) {
    for (const part of parts) stale(part, error instanceof Over);
  } finally {
    fetching = false;
  }
  if (again) {
    again = false;
    refresh();
  }
}

/** The answer was not the page: whoever reads it has been signed out, or it is gone. */
class Over extends Error {}

/** @param {HTMLElement} part */
function address(part) {
  return part.dataset.newsUrl || location.pathname + location.search;
}

/** @param {string} url */
async function fetched(url) {
  const response = await fetch(url, {
    headers: { Accept: "text/html", "X-Part": "news" },
    redirect: "manual",
    signal: AbortSignal.timeout(15_000),
  });
  if (response.type === "opaqueredirect" || response.status === 404) throw new Over();
  if (!response.ok) throw new Error(String(response.status));
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  for (const part of [...parts].filter((one) => address(one) === url)) {
    await released(part);
    const fresh = part.id ? page.getElementById(part.id) : null;
    if (fresh) morph(part, fresh);
    else children(part, page.body);
    await bind(part);
  }
}

/** Whoever presses a button means the one that is under the finger now. @param {HTMLElement} part */
async function released(part) {
  for (let tries = 0; part.matches(":active") && tries < 20; tries += 1) {
    await new Promise((done) => window.setTimeout(done, PRESSED_MS));
  }
}

function connect() {
  window.clearTimeout(timer);
  timer = 0;
  const opened = new WebSocket(location.origin.replace(/^http/, "ws") + "/news");
  socket = opened;
  opened.onmessage = (event) => {
    heard();
    pause = FIRST_PAUSE_MS;
    const { type } = JSON.parse(event.data);
    if (type === "hello" || type === "news" || type === "over") refresh();
    else right = serverNow();
  };
  opened.onclose = () => {
    if (socket !== opened) return;
    socket = null;
    window.clearTimeout(silence);
    later();
  };
  heard();
}

/** A line may die without a word. */
function heard() {
  window.clearTimeout(silence);
  silence = window.setTimeout(() => {
    const dead = socket;
    socket = null;
    dead?.close();
    later();
  }, SILENCE_MS);
}

function later() {
  // Where sockets do not get through, pages still do.
  refresh();
  timer = window.setTimeout(connect, pause * (0.75 + Math.random() / 2));
  pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
}

function hurry() {
  pause = FIRST_PAUSE_MS;
  if (timer) connect();
  else refresh();
}

/** @param {HTMLElement} part @param {boolean} over */
function stale(part, over) {
  const words = over ? part.dataset.overText : part.dataset.staleText?.replace("{time}", wall(right));
  say(part, words ?? "", over ? part.dataset.overHref : "", part.dataset.overLink);
}

/**
 * @param {HTMLElement} part @param {string} words nothing takes the line away
 * @param {string} [href] @param {string} [link]
 */
function say(part, words, href = "", link = "") {
  const before = part.previousElementSibling;
  const line = before instanceof HTMLElement && before.matches(".news-state") ? before : null;
  part.toggleAttribute("data-old", Boolean(words));
  if (!words) return line?.remove();
  const shown = line ?? document.createElement("p");
  const text = `${words}${href}`;
  if (shown.dataset.said === text) return;
  shown.dataset.said = text;
  shown.className = "news-state";
  shown.setAttribute("role", "status");
  shown.setAttribute("data-mine", "");
  if (!line) part.before(shown);
  shown.textContent = words;
  if (!href) return;
  const way = document.createElement("a");
  [way.href, way.textContent, way.target] = [href, link, "_blank"];
  shown.append(" ", way);
}
