// @ts-check
/** How loud the microphone hears, several times a second. */

import { open } from "./trouble.js";

/** Root mean square above which it is a voice and not a quiet room. */
const VOICE = 0.02;
/** A loud voice nearby; the bar is full there. */
const LOUD = 0.2;

export class Microphone {
  /** @type {MediaStream | null} */
  #stream = null;
  /** @type {AudioContext | null} */
  #context = null;
  #frame = 0;

  /**
   * @param {HTMLMeterElement} level moves with the voice
   * @param {() => void} heard called when a voice is heard
   */
  async listen(level, heard) {
    this.stop();
    this.#stream = await open({ audio: true });
    const context = new AudioContext();
    this.#context = context;
    const analyser = context.createAnalyser();
    context.createMediaStreamSource(this.#stream).connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    const measure = () => {
      analyser.getFloatTimeDomainData(samples);
      const loudness = Math.sqrt(samples.reduce((sum, x) => sum + x * x, 0) / samples.length);
      level.value = Math.min(1, loudness / LOUD);
      if (loudness > VOICE) heard();
      this.#frame = requestAnimationFrame(measure);
    };
    measure();
  }

  /** Let go of the microphone. */
  stop() {
    cancelAnimationFrame(this.#frame);
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
    this.#stream = null;
    this.#context?.close();
    this.#context = null;
  }
}
