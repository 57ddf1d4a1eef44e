// @ts-check
/** Whether somebody speaks into a microphone that is off, or into one that hears nothing.
 * `judged` is pure; `Meter` listens to a copy of the track, which is never sent. */

const VOICE = 0.03;
/** Any room is louder than this, if only now and then. */
const ROOM = 0.0005;
const SPOKEN_TIMES = 3;
const SHOWN_MS = 8000;
const DEAF_AFTER_MS = 20_000;
const LOOK_EVERY_MS = 300;

/**
 * @typedef {{spoken: number, heardEver: boolean, since: number, mutedUntil: number, hint: string}} Ears
 * @typedef {"" | "speaks_muted" | "hears_nothing"} Hint
 */

/** @param {number} now @returns {Ears} of a microphone that was just opened */
export function begin(now) {
  return { spoken: 0, heardEver: false, since: now, mutedUntil: -Infinity, hint: "" };
}

/**
 * @param {Ears} ears @param {{level: number, now: number, state: string}} heard `state` as
 *   the microphone's button has it @returns {Ears}
 */
export function judged(ears, { level, now, state }) {
  const spoken = level > VOICE ? ears.spoken + 1 : Math.max(0, ears.spoken - 1);
  const heardEver = ears.heardEver || level > ROOM;
  const speaks = state === "muted" && spoken >= SPOKEN_TIMES;
  const mutedUntil = speaks ? now + SHOWN_MS : state === "muted" ? ears.mutedUntil : -Infinity;
  const deaf = state === "on" && !heardEver && now - ears.since > DEAF_AFTER_MS;
  return { ...ears, spoken, heardEver, mutedUntil, hint: now < mutedUntil ? "speaks_muted" : deaf ? "hears_nothing" : "" };
}

export class Meter {
  /** @param {{state: () => string, onHint: (hint: string) => void}} wires */
  constructor(wires) {
    this.wires = wires;
    /** @type {AudioContext | null} */
    this.context = null;
    /** @type {MediaStreamTrack | null} */
    this.copy = null;
    this.timer = 0;
    this.ears = begin(0);
  }

  /** @param {MediaStreamTrack | undefined} track */
  listen(track) {
    this.stop();
    if (!track || track.readyState === "ended") return;
    this.copy = track.clone();
    this.copy.enabled = true;
    const context = (this.context = new AudioContext());
    const analyser = context.createAnalyser();
    context.createMediaStreamSource(new MediaStream([this.copy])).connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    this.ears = begin(performance.now());
    this.timer = window.setInterval(() => {
      // A context that may not run yet hears nothing, whatever the microphone does.
      if (context.state !== "running") {
        this.ears = begin(performance.now());
        return;
      }
      analyser.getFloatTimeDomainData(samples);
      const level = Math.sqrt(samples.reduce((sum, x) => sum + x * x, 0) / samples.length);
      const before = this.ears.hint;
      this.ears = judged(this.ears, { level, now: performance.now(), state: this.wires.state() });
      if (this.ears.hint !== before) this.wires.onHint(this.ears.hint);
    }, LOOK_EVERY_MS);
  }

  stop() {
    window.clearInterval(this.timer);
    this.copy?.stop();
    this.copy = null;
    this.context?.close();
    this.context = null;
  }
}
