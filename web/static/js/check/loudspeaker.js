// @ts-check
/** A voice, or three notes made here where no clip can be played. */

const NOTES_HZ = [523.25, 659.25, 783.99];
const NOTE_SECONDS = 0.45;
const LOUDNESS = 0.4;

/** @param {string} clip its address, or nothing @returns {Promise<void>} when it was said */
export async function aloud(clip) {
  if (!clip) return chime();
  try {
    const player = new Audio(clip);
    await player.play();
    await new Promise((done) => player.addEventListener("ended", done, { once: true }));
  } catch {
    await chime();
  }
}

/** @returns {Promise<boolean>} whether the browser knows loudspeakers and finds none */
export async function isMissing() {
  if (!navigator.mediaDevices || !("setSinkId" in HTMLMediaElement.prototype)) return false;
  const all = await navigator.mediaDevices.enumerateDevices();
  // Before anything was allowed a browser names nothing, and lists what it likes.
  return all.some((one) => one.label) && !all.some((one) => one.kind === "audiooutput");
}

/** @returns {Promise<void>} when the last note has faded */
export async function chime() {
  const context = new AudioContext();
  try {
    await context.resume();
    NOTES_HZ.forEach((frequency, index) => ring(context, frequency, index * NOTE_SECONDS));
    await new Promise((done) => setTimeout(done, (NOTES_HZ.length + 1) * NOTE_SECONDS * 1000));
  } finally {
    await context.close();
  }
}

/**
 * @param {AudioContext} context
 * @param {number} frequency in hertz
 * @param {number} delay in seconds
 */
function ring(context, frequency, delay) {
  const at = context.currentTime + delay;
  const tone = context.createOscillator();
  const loudness = context.createGain();
  tone.frequency.value = frequency;
  loudness.gain.setValueAtTime(0, at);
  loudness.gain.linearRampToValueAtTime(LOUDNESS, at + 0.02);
  loudness.gain.exponentialRampToValueAtTime(0.001, at + 2 * NOTE_SECONDS);
  tone.connect(loudness).connect(context.destination);
  tone.start(at);
  tone.stop(at + 2 * NOTE_SECONDS);
}
