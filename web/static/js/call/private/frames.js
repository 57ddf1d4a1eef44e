// @ts-check
/** One encoded frame sealed and opened again, in the manner of SFrame (RFC 9605).
 *
 *     clear | sealed | tag 16 | counter 4 | generation 1
 *
 * The clear bytes are what packets and forwarders look at: of VP8 the frame header with
 * the size of a key frame (RFC 6386 §9.1), of H264 what comes before the picture and the
 * first bytes of its first slice (slices.js), of Opus the table of contents. They are
 * authenticated with the rest. Knows no call and no worker. */

import { joined } from "./bytes.js";
import { escaped, isSliced, parted, unescaped } from "./slices.js";

const TAG = 16;
const TRAILER = 5;
export const OVERHEAD = TAG + TRAILER;
const CLEAR_KEY_FRAME = 10;
const CLEAR_DELTA_FRAME = 3;
const CLEAR_SOUND = 1;
/** Which picture parameters a slice of H264 is of: whoever receives looks for them. */
const CLEAR_SLICE = 4;
const NOTHING = new Uint8Array();
/** Beyond it a key would have to begin a counter anew. */
const LAST_COUNTER = 0xffffffff;
/** So many frames of one sender may overtake each other: ten seconds of all that they send. */
const WINDOW = 1024;
const KINDS = new Map([["audio", 1], ["video", 2]]);
const WORDS = new TextEncoder();

/**
 * @typedef {"audio" | "video"} Kind
 * @typedef {{key: CryptoKey, salt: Uint8Array, generation: number}} Keyed
 * @typedef {{data: Uint8Array} | {why: "short" | "replayed" | "altered"}} Opened
 * @typedef {{head: Uint8Array, body: Uint8Array, clear: number}} Parts `clear` is how much
 *   of the body stays readable, beside the head
 */

/** The cipher key and nonce mask of a sender. @param {Uint8Array} base 32 secret bytes
 * @param {string} sender @param {number} generation of the sender's keys, of which 8 bits travel
 * @returns {Promise<Keyed>} */
export async function keyed(base, sender, generation) {
  const from = await crypto.subtle.importKey("raw", /** @type {BufferSource} */ (base), "HKDF", false, ["deriveBits", "deriveKey"]);
  const way = (/** @type {string} */ what) => ({
    name: "HKDF", hash: "SHA-256", salt: new Uint8Array(),
    info: WORDS.encode(`visitation frame ${what} ${generation} ${sender}`),
  });
  const key = await crypto.subtle.deriveKey(way("key"), from, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  const salt = new Uint8Array(await crypto.subtle.deriveBits(way("salt"), from, 96));
  return { key, salt, generation };
}

/** What of a frame stays readable. @param {Kind} kind @param {Uint8Array} data @returns {Parts} */
export function partsOf(kind, data) {
  if (kind === "audio") return { head: NOTHING, body: data, clear: CLEAR_SOUND };
  if (isSliced(data)) return { ...parted(data), clear: CLEAR_SLICE };
  const isKeyFrame = data.length > 0 && (data[0] & 1) === 0;
  return { head: NOTHING, body: data, clear: isKeyFrame ? CLEAR_KEY_FRAME : CLEAR_DELTA_FRAME };
}

export class Sealer {
  /** @param {Keyed} keyed */
  constructor(keyed) {
    this.keyed = keyed;
    this.counter = 0;
  }

  /** Seal the next frame. @param {Kind} kind @param {Uint8Array} data @returns {Promise<Uint8Array>} */
  async seal(kind, data) {
    if (this.counter > LAST_COUNTER) throw new RangeError("the key is used up");
    const counter = this.counter;
    this.counter += 1;
    const { key, salt, generation } = this.keyed;
    const { head, body, clear } = partsOf(kind, data);
    const [open, rest] = [body.subarray(0, clear), body.subarray(clear)];
    const trailer = trailerOf(counter, generation);
    const sealed = await crypto.subtle.encrypt(
      way(salt, counter, kind, joined(head, open), trailer), key, /** @type {BufferSource} */ (rest),
    );
    const whole = joined(open, new Uint8Array(sealed), trailer);
    return head.length > 0 ? joined(head, escaped(whole)) : whole;
  }
}

export class Opener {
  /** @param {Keyed} keyed */
  constructor(keyed) {
    this.keyed = keyed;
    this.highest = -1;
    this.seen = new Float64Array(WINDOW).fill(-1);
  }

  /** Whether it was opened, or is too old to tell. @param {number} counter */
  knows(counter) {
    return counter + WINDOW <= this.highest || this.seen[counter % WINDOW] === counter;
  }

  /** Open a frame, once. @param {Kind} kind @param {Uint8Array} data @returns {Promise<Opened>} */
  async open(kind, data) {
    const parts = partsOf(kind, data);
    const { head } = parts;
    const body = head.length > 0 ? unescaped(parts.body) : parts.body;
    const end = body.length - TRAILER;
    if (end < TAG) return { why: "short" };
    const trailer = body.subarray(end);
    const counter = new DataView(trailer.buffer, trailer.byteOffset).getUint32(0);
    if (this.knows(counter)) return { why: "replayed" };
    const clear = Math.min(parts.clear, end - TAG);
    const open = body.subarray(0, clear);
    const { key, salt } = this.keyed;
    try {
      const plain = await crypto.subtle.decrypt(
        way(salt, counter, kind, joined(head, open), trailer), key, /** @type {BufferSource} */ (body.subarray(clear, end)),
      );
      // Another frame may have come through while this one was opened.
      if (this.knows(counter)) return { why: "replayed" };
      this.seen[counter % WINDOW] = counter;
      this.highest = Math.max(this.highest, counter);
      return { data: joined(head, open, new Uint8Array(plain)) };
    } catch {
      return { why: "altered" };
    }
  }
}

/** The generation that a frame says its key is of; -1 for no sealed frame. @param {Kind} kind @param {Uint8Array} data */
export function generationIn(kind, data) {
  if (data.length < OVERHEAD) return -1;
  // H264 is stopped by a byte of its own.
  return data[data.length - (kind === "video" && isSliced(data) ? 2 : 1)];
}

/** @param {number} counter @param {number} generation */
function trailerOf(counter, generation) {
  const trailer = new Uint8Array(TRAILER);
  new DataView(trailer.buffer).setUint32(0, counter);
  trailer[4] = generation & 0xff;
  return trailer;
}

/** @param {Uint8Array} salt @param {number} counter @param {Kind} kind
 * @param {Uint8Array} clear @param {Uint8Array} trailer @returns {AesGcmParams} */
function way(salt, counter, kind, clear, trailer) {
  const iv = new Uint8Array(salt);
  const tail = new DataView(iv.buffer, iv.length - 4);
  tail.setUint32(0, (tail.getUint32(0) ^ counter) >>> 0);
  const additionalData = joined(Uint8Array.of(KINDS.get(kind) ?? 0), clear, trailer);
  return { name: "AES-GCM", iv, additionalData: /** @type {BufferSource} */ (additionalData), tagLength: 8 * TAG };
}
