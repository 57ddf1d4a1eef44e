// @ts-check
/** Seals every frame that leaves the browser and opens every one that arrives.
 *
 * Begins by holding everything back: nothing leaves before the page says how. Knows
 * keys and streams; neither people's names nor the service. */

import { generationIn, keyed, Opener, Sealer } from "./frames.js";

const ASK_EVERY_MS = 1000;
/** So many frames in a row that cannot be opened are told to the page. */
const MANY = 25;
/** What was sent under the key before may still be on its way. */
const GENERATIONS_KEPT = 3;

/** @typedef {import("./frames.js").Kind} Kind
 * @typedef {"hold" | "seal" | "clear"} Sends
 * @typedef {"sealed" | "any"} Takes
 * @typedef {{transformer: any, kind: Kind, askedAt: number, failures: number}} Stream */

/** @type {Sends} */
let sends = "hold";
/** @type {Takes} */
let takes = "sealed";
/** @type {Sealer | null} */
let sealer = null;
/** By participant, by the 8 bits of a generation that travel. @type {Map<string, Map<number, Opener>>} */
const openers = new Map();
/** By mid, who sits there. @type {Map<string, string>} */
const seats = new Map();
/** @type {Set<Stream>} */
const outgoing = new Set();
/** @type {Map<string, Stream>} */
const incoming = new Map();
const counted = { sealed: 0, opened: 0, held: 0, altered: 0, replayed: 0, short: 0, keyless: 0, plain: 0, octets: 0, micros: 0 };

/** @type {Record<string, (told: any) => unknown>} */
const DONE = {
  own: async ({ base, sender, generation }) => {
    sealer = new Sealer(await keyed(base, sender, generation));
    if (sends === "seal") askForKeyFrames();
  },
  their: async ({ base, participant, generation }) => {
    const opener = new Opener(await keyed(base, participant, generation));
    const known = openers.get(participant) ?? new Map();
    known.delete(generation & 0xff);
    known.set(generation & 0xff, opener);
    for (const old of [...known.keys()].slice(0, -GENERATIONS_KEPT)) known.delete(old);
    openers.set(participant, known);
    for (const [mid, stream] of incoming) if (seats.get(mid) === participant) ask(stream);
  },
  forget: ({ participant }) => openers.delete(participant),
  seats: ({ by }) => {
    seats.clear();
    for (const [mid, participant] of by) seats.set(mid, participant);
  },
  mode: (told) => {
    const began = told.sends !== sends && told.sends !== "hold";
    ({ sends, takes } = told);
    if (began) askForKeyFrames();
  },
  count: () => postMessage({ told: "counted", counted: { ...counted } }),
  ping: () => postMessage({ told: "pong" }),
};

/** One after the other: a key is there before the mode that needs it. */
let doing = Promise.resolve();
onmessage = ({ data }) => {
  doing = doing.then(() => DONE[data.do]?.(data)).catch((error) => postMessage({ told: "failed", what: data.do, error: String(error) }));
};

/** @type {any} */ (self).onrtctransform = (/** @type {any} */ { transformer }) => {
  const { way, kind, mid } = transformer.options;
  /** @type {Stream} */
  const stream = { transformer, kind, askedAt: -Infinity, failures: 0 };
  if (way === "out") outgoing.add(stream);
  else incoming.set(mid, stream);
  const turn = way === "out" ? (/** @type {any} */ frame) => sealed(kind, frame) : (/** @type {any} */ frame) => opened(mid, stream, frame);
  transformer.readable
    .pipeThrough(new TransformStream({
      transform: async (frame, controller) => {
        const data = await turn(frame);
        if (!data) return;
        if (data !== PASSED) frame.data = data.buffer;
        controller.enqueue(frame);
      },
    }))
    .pipeTo(transformer.writable)
    // The connection is closed.
    .catch(() => undefined)
    .finally(() => outgoing.delete(stream));
};

const PASSED = new Uint8Array();

/** @param {Kind} kind @param {any} frame @returns {Promise<Uint8Array | null>} */
async function sealed(kind, frame) {
  if (sends === "clear") return PASSED;
  if (sends === "hold" || !sealer) {
    counted.held += 1;
    return null;
  }
  const began = performance.now();
  const data = await sealer.seal(kind, new Uint8Array(frame.data));
  counted.micros += 1000 * (performance.now() - began);
  counted.sealed += 1;
  counted.octets += data.length;
  return data;
}

/** @param {string} mid @param {Stream} stream @param {any} frame @returns {Promise<Uint8Array | null>} */
async function opened(mid, stream, frame) {
  const data = new Uint8Array(frame.data);
  const participant = seats.get(mid) ?? "";
  const opener = openers.get(participant)?.get(generationIn(stream.kind, data));
  const began = performance.now();
  const found = opener ? await opener.open(stream.kind, data) : null;
  counted.micros += 1000 * (performance.now() - began);
  if (found && "data" in found) {
    counted.opened += 1;
    stream.failures = 0;
    return found.data;
  }
  if (takes === "any") {
    counted.plain += 1;
    return PASSED;
  }
  counted[found ? found.why : "keyless"] += 1;
  // Sent twice for a bad line: nothing is lost by it.
  if (found?.why !== "replayed") failed(stream, participant);
  return null;
}

/** @param {Stream} stream @param {string} participant */
function failed(stream, participant) {
  ask(stream);
  stream.failures += 1;
  if (stream.failures % MANY === 0) postMessage({ told: "unreadable", participant, kind: stream.kind });
}

/** Ask the other end for a picture to begin with, once in a while. @param {Stream} stream */
function ask(stream) {
  const now = performance.now();
  if (stream.kind !== "video" || now - stream.askedAt < ASK_EVERY_MS) return;
  stream.askedAt = now;
  asked(() => stream.transformer.sendKeyFrameRequest());
}

/** What begins now can only be seen from a key frame on. */
function askForKeyFrames() {
  for (const { kind, transformer } of outgoing) {
    if (kind === "video") asked(() => transformer.generateKeyFrame());
  }
}

/** A key frame is worth a try; a stream that is not connected yet has none to give.
 * @param {() => Promise<unknown>} ask */
async function asked(ask) {
  try {
    await ask();
  } catch {
    // The next frame that cannot be opened asks again.
  }
}
