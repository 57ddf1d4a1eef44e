// @ts-check
/** What is said aloud when something happens in a call, for whoever does not read. */

import { announce, say } from "../components/voice.js";
import { sideOf } from "./covers.js";

/** @typedef {import("./state.js").Facts} Facts */

const STAGES = new Set(["called", "on_the_way", "in_booth"]);
const STATES = new Set(["reconnecting", "ended", "denied"]);
/** Reasons of a pause, and why a visit is not held, that have a clip of their own. */
const REASONS = new Set(["moment", "identity", "rules", "stranger", "line"]);
const UNDONE = new Set(["family_prisoner_refused", "family_prisoner_absent", "prison_family_absent"]);
/** What everybody hears of a recording, wanted or not. */
const RECORDED = new Set(["announced", "on", "paused", "stopped"]);
const LAST_MINUTES = new Map([
  [300, "five"],
  [60, "one"],
]);

/** @param {string} before @param {string} state of the page @param {Facts} facts */
export function stateChanged(before, state, facts) {
  if (state === before) return;
  if (STATES.has(state)) say(`call.${state}`);
  else if (state === "paused") say(REASONS.has(facts.why) ? `call.paused_${facts.why}` : "call.paused");
  else if (state === "off") say(`call.${offClip(facts)}`);
  else if (state === "connecting" && (before === "waiting" || before === "outside")) say("call.begins");
}

/** @param {Facts} facts @returns {string} */
function offClip(facts) {
  const name = `${sideOf(facts.part)}_${facts.undone}`;
  return UNDONE.has(name) ? `off_${name}` : "off";
}

/** @param {any} message @param {Facts} before @param {Facts} facts */
export function heard(message, before, facts) {
  if (message.type === "awaited" && facts.stage !== before.stage && STAGES.has(facts.stage)) say(`call.${facts.stage}`);
  if (message.type === "time_left") {
    const last = [...LAST_MINUTES].find(([seconds]) => Math.abs(message.seconds - seconds) <= 30);
    if (last) say(`call.${last[1]}`);
  }
  if (message.type === "recording_state" || message.type === "joined") recorded(before.recording, facts);
  if (message.type === "consented" && message.participant === facts.me) {
    say(message.given ? "call.consent_yes" : "call.consent_no");
  }
  if (message.type === "extend") say("call.extended");
  if (message.type === "help" && facts.help !== before.help) {
    say(facts.help === "answered" ? "call.help_comes" : "call.helped");
  }
  if (message.type === "video_quality" && message.quality === "audio_only") say("call.sound_only");
}

/** What has just changed about the recording. The page beside the family is silent: theirs
 * says it. @param {import("./state.js").Recording} before @param {Facts} facts */
export function recorded(before, { recording, part }) {
  const { state, reason } = recording;
  if (state === before.state || !RECORDED.has(state) || part === "companion") return;
  // Nothing was kept yet, or the visit itself stands still, which is said.
  if (state === "stopped" && !RECORDED.has(before.state)) return;
  if (state === "paused" && (reason === "pause" || reason === "empty")) return;
  announce(`call.recording_${state}`);
}

/** @param {string} name of a clip of the call's */
export function tell(name) {
  say(`call.${name}`);
}
