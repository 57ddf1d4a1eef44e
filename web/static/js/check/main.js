// @ts-check
/** Leads through the checks, one step per screen. Every word is in the page already;
 * this shows and hides. What is tried is in the other modules. */

import { Camera } from "./camera.js";
import { hasComeIn } from "../components/join-code.js";
import { LineStep } from "./line-step.js";
import { aloud, isMissing } from "./loudspeaker.js";
import { passedLately, remember } from "./passed.js";
import { Microphone } from "./microphone.js";
import { troubleOf } from "./trouble.js";

/** @typedef {"camera" | "microphone" | "loudspeaker" | "line"} Step */
/** @typedef {"good" | "bad" | "skipped"} Result */

/** What the verdict on a line comes to; a test that broke off comes to nothing.
 * @type {Record<string, Result>} */
const VERDICTS = { good: "good", weak: "good", sound_only: "bad", not_enough: "bad" };
const page = /** @type {HTMLElement} */ (document.getElementById("check"));
const lineScreen = /** @type {HTMLElement | null} */ (page.querySelector('[data-step="line"]'));
const line = lineScreen && new LineStep(lineScreen);
/** @type {Step[]} */
const STEPS = ["camera", "microphone", "loudspeaker", ...(line ? /** @type {Step[]} */ (["line"]) : [])];
const camera = new Camera();
const microphone = new Microphone();
/** @type {Map<Step, Result>} */
const results = new Map();
/** @type {Step | null} */
let now = null;
/** @type {Result} what the last test of the line came to */
let lineResult = "skipped";

/**
 * @param {ParentNode} root
 * @param {string} selector
 * @returns {HTMLElement}
 */
function one(root, selector) {
  return /** @type {HTMLElement} */ (root.querySelector(selector));
}

/** @param {string} name of the screen to show; all others are hidden */
function screen(name) {
  for (const section of page.querySelectorAll("[data-step]")) {
    section.toggleAttribute("hidden", section.getAttribute("data-step") !== name);
  }
  one(page, `[data-step="${name}"] h1`).focus();
}

/** @param {Step} step */
async function enter(step) {
  now = step;
  if (step !== "line") help(step, null);
  screen(step);
  await attempt(step);
}

/** @param {Step} step */
async function attempt(step) {
  if (step === "line") {
    const verdict = await line?.run();
    if (verdict) lineResult = VERDICTS[verdict] ?? "skipped";
    return;
  }
  help(step, null);
  const section = one(page, `[data-step="${step}"]`);
  try {
    if (step === "camera") {
      await camera.show(/** @type {HTMLVideoElement} */ (one(section, "[data-picture]")));
    } else if (step === "microphone") {
      one(section, "[data-heard]").setAttribute("hidden", "");
      const level = /** @type {HTMLMeterElement} */ (one(section, "[data-level]"));
      await microphone.listen(level, () => one(section, "[data-heard]").removeAttribute("hidden"));
    } else {
      if (await isMissing()) return help(step, "missing");
      await aloud(one(section, "[data-clip]").getAttribute("data-clip") ?? "");
    }
  } catch (error) {
    if (now === step) help(step, troubleOf(error));
  }
}

/**
 * Show what to do about a trouble, or the step itself.
 * @param {Step} step
 * @param {string | null} trouble
 */
function help(step, trouble) {
  const section = one(page, `[data-step="${step}"]`);
  one(section, "[data-try]").toggleAttribute("hidden", trouble !== null);
  one(section, "[data-help]").toggleAttribute("hidden", trouble === null);
  for (const words of section.querySelectorAll("[data-trouble]")) {
    words.toggleAttribute("hidden", words.getAttribute("data-trouble") !== trouble);
  }
}

/** @param {Result} result of the present step */
async function next(result) {
  if (now === null) return;
  results.set(now, result);
  quiet();
  const following = STEPS[STEPS.indexOf(now) + 1];
  if (following) {
    await enter(following);
    return;
  }
  now = null;
  remember(STEPS.every((step) => results.get(step) === "good"));
  document.dispatchEvent(new CustomEvent("device-tried", { detail: Object.fromEntries(results) }));
  for (const words of page.querySelectorAll("[data-result]")) {
    const [step, kind] = (words.getAttribute("data-result") ?? "").split(" ");
    words.toggleAttribute("hidden", results.get(/** @type {Step} */ (step)) !== kind);
  }
  screen("done");
}

function quiet() {
  line?.stop();
  camera.stop();
  microphone.stop();
}

/** @type {Record<string, () => unknown>} */
const ACTS = {
  begin: () => enter("camera"),
  yes: () => next("good"),
  skip: () => next("skipped"),
  without: () => next("bad"),
  on: () => next(lineResult),
  play: () => now && attempt(now),
  again: () => now && attempt(now),
  no: () => {
    if (now === null) return;
    quiet();
    help(now, "unsure");
  },
};

page.addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest("[data-act]") : null;
  if (button) ACTS[button.getAttribute("data-act") ?? ""]?.();
});
window.addEventListener("pagehide", quiet);
for (const part of page.querySelectorAll("[data-scripted]")) part.removeAttribute("hidden");
const cameInNow = hasComeIn();
if (passedLately()) {
  one(page, "[data-passed]").removeAttribute("hidden");
  one(page, "[data-first]").setAttribute("hidden", "");
  // Who types a code on a device that works goes straight to the waiting room.
  if (cameInNow) location.replace(page.dataset.call ?? "");
}
