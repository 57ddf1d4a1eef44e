// @ts-check
/** Reads the slip that is held before the camera, and fills in its code. What is shown in
 * which state stands in the page: `data-when="looking smudged"`. */

import { troubleOf } from "../check/trouble.js";
import { codeOf, reader } from "../kiosk/reading.js";

const EVERY_MS = 200;
/** Whoever has held it that long has a slip that cannot be read. */
const PATIENCE_MS = 20_000;
const GIVES_UP_MS = 90_000;

/** @param {HTMLElement} part `data-form` names the form to fill in, `data-field` its field */
export function start(part) {
  const video = /** @type {HTMLVideoElement} */ (part.querySelector("video"));
  const form = /** @type {HTMLFormElement} */ (document.getElementById(part.dataset.form ?? ""));
  /** @type {MediaStream | null} */
  let stream = null;
  let turn = 0;
  if (!navigator.mediaDevices) return;

  /** @param {string} state */
  function show(state) {
    part.dataset.state = state;
    for (const words of part.querySelectorAll("[data-when]")) {
      words.toggleAttribute("hidden", !words.getAttribute("data-when")?.split(" ").includes(state));
    }
  }

  /** @param {string} state */
  function stop(state) {
    turn += 1;
    for (const track of stream?.getTracks() ?? []) track.stop();
    stream = null;
    video.srcObject = null;
    show(state);
  }

  async function look() {
    stop("opening");
    const mine = turn;
    try {
      const opened = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment", width: 1280 } });
      if (mine !== turn) return opened.getTracks().forEach((track) => track.stop());
      stream = opened;
      video.srcObject = opened;
      video.toggleAttribute("data-mirrored", opened.getVideoTracks()[0].getSettings().facingMode !== "environment");
      await video.play();
      const read = await reader();
      show("looking");
      part.scrollIntoView({ block: "center" });
      await until(mine, read);
    } catch (error) {
      if (mine === turn) stop(troubleOf(error));
    }
  }

  /** @param {number} mine @param {(video: HTMLVideoElement) => Promise<string | null>} read */
  async function until(mine, read) {
    const began = performance.now();
    while (mine === turn) {
      const text = video.videoWidth ? await read(video) : null;
      if (mine !== turn) return;
      const code = text && codeOf(text);
      if (code) return found(code);
      const waited = performance.now() - began;
      if (waited > GIVES_UP_MS) return stop("gave-up");
      if (text) show("foreign");
      else if (waited > PATIENCE_MS) show("smudged");
      await new Promise((done) => setTimeout(done, EVERY_MS));
    }
  }

  /** @param {string} code */
  function found(code) {
    stop("found");
    /** @type {HTMLInputElement} */ (form.elements.namedItem(part.dataset.field ?? "code")).value = code;
    const phone = form.elements.namedItem("phone");
    if (phone instanceof HTMLElement) phone.focus();
    else form.requestSubmit();
  }

  part.querySelector("[data-scan=open]")?.addEventListener("click", look);
  part.querySelector("[data-scan=close]")?.addEventListener("click", () => {
    stop("closed");
    /** @type {HTMLElement} */ (form.elements.namedItem(part.dataset.field ?? "code")).focus();
  });
  window.addEventListener("pagehide", () => stop("closed"));
  part.hidden = false;
  show("closed");
}
