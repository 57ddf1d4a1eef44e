// @ts-check
/** Says what protects the visit, for whoever does not read it. What has to be answered
 * speaks itself when it comes into sight. */

import { say } from "../../components/voice.js";

/** Keys that are there before are not worth a word. */
const LASTS_MS = 3000;

/** @typedef {import("./protection.js").Shown} Shown */

/** Which clip tells it; none for what is not to be told. @param {Shown} shown @returns {string} */
export function clipOf(shown) {
  if (shown.level === "transport") return shown.was ? "less" : "transport";
  if (shown.level === "agreeing") return shown.away ? "" : "agreeing";
  return shown.level === "ends" ? "ends" : "";
}

export class Aloud {
  constructor() {
    this.told = "";
    this.timer = 0;
  }

  /** @param {Shown} shown @param {boolean} inCall */
  tell(shown, inCall) {
    const clip = inCall && !(shown.level === "ends" && shown.compared) ? clipOf(shown) : "";
    // Other words are to be compared anew.
    const telling = clip === "ends" ? `${clip} ${[...shown.phrase].join("-")}` : clip;
    if (telling === this.told) return;
    this.told = telling;
    window.clearTimeout(this.timer);
    if (clip) this.timer = window.setTimeout(() => say(`private.${clip}`), clip === "agreeing" ? LASTS_MS : 0);
  }
}
