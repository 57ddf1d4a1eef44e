// @ts-check
/** Turns the voice on and off and the letters larger and smaller without loading the page
 * again, so that nothing typed is lost. Keeps the choice in the cookies that the service
 * reads. */

import { hush } from "./voice.js";

const SIZES = ["normal", "large", "largest"];
const YEAR_SECONDS = 365 * 24 * 3600;
const page = document.documentElement;

/** @param {HTMLElement} form */
export function start(form) {
  form.addEventListener("submit", (event) => {
    const button = event instanceof SubmitEvent ? event.submitter : null;
    if (!(button instanceof HTMLButtonElement)) return;
    event.preventDefault();
    if (button.name === "voice") speak(page.dataset.voice !== "on");
    else resize(Number(button.dataset.step));
    draw(form);
  });
  document.addEventListener("voice-pressed", () => {
    if (document.cookie.includes("voice=") || page.dataset.voice === "on") return;
    speak(true);
    draw(form);
  });
}

/** @param {boolean} on */
function speak(on) {
  page.dataset.voice = on ? "on" : "off";
  keep("voice", page.dataset.voice);
  if (!on) hush();
}

/** @param {number} step */
function resize(step) {
  const now = SIZES.indexOf(page.dataset.text ?? "normal");
  page.dataset.text = SIZES[Math.min(SIZES.length - 1, Math.max(0, now + step))];
  keep("text", page.dataset.text);
}

/** @param {HTMLElement} form */
function draw(form) {
  const size = SIZES.indexOf(page.dataset.text ?? "normal");
  for (const button of form.querySelectorAll("button")) {
    if (button.name === "voice") button.setAttribute("aria-pressed", String(page.dataset.voice === "on"));
    else button.disabled = size + Number(button.dataset.step) < 0 || size + Number(button.dataset.step) >= SIZES.length;
  }
}

/** @param {string} name @param {string} value */
function keep(name, value) {
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `${name}=${value}; Path=/; Max-Age=${YEAR_SECONDS}; SameSite=Lax${secure}`;
}
