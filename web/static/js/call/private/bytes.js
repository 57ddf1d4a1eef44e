// @ts-check
/** Bytes as text and back, and digests of what several ends must write alike. */

const WORDS = new TextEncoder();

/** @param {Uint8Array} bytes @returns {string} */
export function text(bytes) {
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** @param {unknown} written @param {number} length that it must have @returns {Uint8Array} */
export function bytes(written, length) {
  if (typeof written !== "string") throw new TypeError("no text");
  const found = Uint8Array.from(atob(written.replaceAll("-", "+").replaceAll("_", "/")), (one) => one.charCodeAt(0));
  if (found.length !== length) throw new RangeError("not as long as it must be");
  return found;
}

/** @param {number} length */
export function random(length) {
  return crypto.getRandomValues(new Uint8Array(length));
}

/** @param {Uint8Array[]} parts */
export function joined(...parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** The bytes that stand for a list of texts, numbers and lists. @param {unknown[]} list */
export function written(list) {
  return WORDS.encode(JSON.stringify(list));
}

/** @param {unknown[]} list @returns {Promise<Uint8Array>} 32 bytes */
export async function digest(list) {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", /** @type {BufferSource} */ (written(list))));
}
