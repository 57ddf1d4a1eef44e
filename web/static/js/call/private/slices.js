// @ts-check
/** H264 in an encoded frame (Annex B): where the picture begins, and bytes written so that
 * nobody who cuts the frame at its start codes cuts in them.
 *
 * Whoever cuts packets looks for start codes in all of a frame. Between the header of its
 * first slice and its end there must be none, and no zero at the end. Knows no keys. */

import { joined } from "./bytes.js";

const START = Uint8Array.of(0, 0, 0, 1);
/** Of a slice, and of a slice of a key frame; what else there is comes before. */
const SLICES = new Set([1, 5]);
/** After two zeros nothing up to it may stand as it is (ITU-T H.264 §7.4.1). */
const PREVENTS = 3;
/** At the end of all that is written so. */
const STOP = 0x80;
/** Where a key frame of VP8 has three bytes of its own (RFC 6386 §9.1). */
const VP8_MARK = [0x9d, 0x01, 0x2a];

/** Whether a frame is H264. VP8 begins so only with a key frame that nobody is shown.
 * @param {Uint8Array} data */
export function isSliced(data) {
  const begins = data[0] === 0 && data[1] === 0 && (data[2] === 1 || (data[2] === 0 && data[3] === 1));
  return begins && !VP8_MARK.every((byte, index) => data[3 + index] === byte);
}

/** What comes before the picture, with start codes of one length, and the picture.
 * Browsers write start codes anew where packets become a frame again.
 * @param {Uint8Array} data @returns {{head: Uint8Array, body: Uint8Array}} */
export function parted(data) {
  /** @type {Uint8Array[]} */
  const heads = [];
  for (let at = after(data, 0); at < data.length; ) {
    if (SLICES.has(data[at] & 0x1f)) {
      return { head: joined(...heads, START, data.subarray(at, at + 1)), body: data.subarray(at + 1) };
    }
    const next = after(data, at);
    heads.push(START, data.subarray(at, next < data.length ? endOf(data, next) : next));
    at = next;
  }
  return { head: joined(...heads), body: data.subarray(data.length) };
}

/** Where the unit behind the next start code begins. @param {Uint8Array} data @param {number} from */
function after(data, from) {
  for (let at = from; at + 3 <= data.length; at += 1) {
    if (data[at] === 0 && data[at + 1] === 0 && data[at + 2] === 1) return at + 3;
  }
  return data.length;
}

/** Where the unit before a start code ends; zeros belong to the code.
 * @param {Uint8Array} data @param {number} next */
function endOf(data, next) {
  let end = next - 3;
  while (end > 0 && data[end - 1] === 0) end -= 1;
  return end;
}

/** @param {Uint8Array} data @returns {Uint8Array} the same without a start code in it */
export function escaped(data) {
  const whole = new Uint8Array(data.length + Math.ceil(data.length / 2) + 1);
  let [at, zeros] = [0, 0];
  for (const byte of data) {
    if (zeros === 2 && byte <= PREVENTS) {
      whole[at++] = PREVENTS;
      zeros = 0;
    }
    whole[at++] = byte;
    zeros = byte === 0 ? zeros + 1 : 0;
  }
  whole[at++] = STOP;
  return whole.slice(0, at);
}

/** @param {Uint8Array} data @returns {Uint8Array} what was written by `escaped` */
export function unescaped(data) {
  const whole = new Uint8Array(data.length);
  let [at, zeros] = [0, 0];
  for (const byte of data.subarray(0, -1)) {
    if (zeros === 2 && byte === PREVENTS) {
      zeros = 0;
      continue;
    }
    whole[at++] = byte;
    zeros = byte === 0 ? zeros + 1 : 0;
  }
  return whole.slice(0, at);
}
