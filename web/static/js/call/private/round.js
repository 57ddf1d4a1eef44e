// @ts-check
/** One agreement of all ends on keys: commit, then reveal, as ZRTP does (RFC 6189 §4.4.1).
 *
 * Nobody shows a key or a nonce before everybody has committed to theirs: whoever stands
 * in the middle has to choose before it sees, and has one chance in 2^32 that both sides
 * read the same words. Everything that is asked for here is made anew for each round.
 * Knows neither sockets nor media. */

import { bytes, digest, random, text, written } from "./bytes.js";

const CURVE = { name: "ECDH", namedCurve: "P-256" };
const PUBLIC = 65;
const NONCE = 32;
const IV = 12;
export const BASE = 32;

/** @typedef {[participant: string, end: string]} Member
 * @typedef {{public: string, nonce: string, prints: string[]}} Reveal
 * @typedef {{generation: number, iv: string, wrapped: string, prints: string[]}} Wrapped */

/** What a round is called; of the same ends it is the same one everywhere.
 * @param {Member[]} members @returns {Promise<string>} */
export async function nameOf(members) {
  return text((await digest(["visitation private round", sorted(members)])).subarray(0, 16));
}

export class Round {
  /** @param {string} name @param {string} me @param {Member[]} members @param {string[]} prints of our own legs
   * @param {CryptoKeyPair} pair @param {string} shown our public key */
  constructor(name, me, members, prints, pair, shown) {
    [this.name, this.me, this.members, this.pair] = [name, me, sorted(members), pair];
    /** @type {Reveal} */
    this.own = { public: shown, nonce: text(random(NONCE)), prints };
    this.commit = "";
    this.revealed = false;
    /** What the others had committed to when we revealed. @type {Map<string, string>} */
    this.commits = new Map();
    /** What everybody agreed on; empty until they have. */
    this.transcript = new Uint8Array();
    /** By participant, for wrapping to them and for what they wrap. @type {Map<string, {to: CryptoKey, from: CryptoKey}>} */
    this.pairwise = new Map();
  }

  /** @param {string} me @param {Member[]} members @param {string[]} prints */
  static async begin(me, members, prints) {
    const pair = await crypto.subtle.generateKey(CURVE, false, ["deriveBits"]);
    const shown = text(new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey)));
    const round = new Round(await nameOf(members), me, members, prints, pair, shown);
    round.commit = await round.committed(me, round.own);
    return round;
  }

  get others() {
    return this.members.map(([participant]) => participant).filter((one) => one !== this.me);
  }

  get isAgreed() {
    return this.transcript.length > 0;
  }

  /** @param {string} participant */
  endOf(participant) {
    return this.members.find(([one]) => one === participant)?.[1] ?? "";
  }

  /** What somebody who will reveal this has to have committed to. @param {string} participant @param {Reveal} reveal */
  async committed(participant, reveal) {
    return text(await digest(["visitation private commit", this.name, participant, this.endOf(participant), ...listed(reveal)]));
  }

  /** Agree, with what the others committed to and revealed. @param {Map<string, Reveal>} reveals
   * @returns {Promise<boolean>} false if somebody revealed what they had not committed to */
  async agree(reveals) {
    const all = new Map([...reveals, [this.me, this.own]]);
    const seen = [];
    for (const [participant, end] of this.members) {
      const reveal = /** @type {Reveal} */ (all.get(participant));
      const commit = participant === this.me ? this.commit : this.commits.get(participant);
      if ((await this.committed(participant, reveal)) !== commit) return false;
      seen.push([participant, end, commit, ...listed(reveal)]);
    }
    const transcript = await digest(["visitation private transcript", this.name, seen]);
    for (const participant of this.others) {
      this.pairwise.set(participant, await this.shared(participant, /** @type {Reveal} */ (all.get(participant)), transcript));
    }
    this.transcript = transcript;
    return true;
  }

  /** @param {string} participant @param {Reveal} reveal @param {Uint8Array} transcript */
  async shared(participant, reveal, transcript) {
    const theirs = await crypto.subtle.importKey("raw", /** @type {BufferSource} */ (bytes(reveal.public, PUBLIC)), CURVE, false, []);
    const bits = await crypto.subtle.deriveBits({ name: "ECDH", public: theirs }, this.pair.privateKey, 256);
    const secret = await crypto.subtle.importKey("raw", bits, "HKDF", false, ["deriveKey"]);
    const way = (/** @type {string} */ from, /** @type {string} */ to) =>
      crypto.subtle.deriveKey(
        { name: "HKDF", hash: "SHA-256", salt: /** @type {BufferSource} */ (transcript), info: /** @type {BufferSource} */ (written(["visitation private wrap", from, to])) },
        secret, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"],
      );
    return { to: await way(this.me, participant), from: await way(participant, this.me) };
  }

  /** The 32 bits that people compare. @returns {Promise<Uint8Array>} */
  async phrase() {
    return (await digest(["visitation private phrase", text(this.transcript)])).subarray(0, 4);
  }

  /** Our sender key for one other, bound to who we are and to the legs we have now.
   * @param {string} to @param {number} generation @param {Uint8Array} base @param {string[]} prints @returns {Promise<Wrapped>} */
  async wrap(to, generation, base, prints) {
    const iv = random(IV);
    const key = /** @type {{to: CryptoKey}} */ (this.pairwise.get(to)).to;
    const sealed = await crypto.subtle.encrypt(
      { name: "AES-GCM", iv: /** @type {BufferSource} */ (iv), additionalData: this.bound(this.me, to, generation, prints) }, key, /** @type {BufferSource} */ (base),
    );
    return { generation, iv: text(iv), wrapped: text(new Uint8Array(sealed)), prints };
  }

  /** @param {string} from @param {Wrapped} wrapped @returns {Promise<Uint8Array>} their sender key */
  async unwrap(from, { generation, iv, wrapped, prints }) {
    const key = /** @type {{from: CryptoKey}} */ (this.pairwise.get(from)).from;
    return new Uint8Array(await crypto.subtle.decrypt(
      { name: "AES-GCM", iv: /** @type {BufferSource} */ (bytes(iv, IV)), additionalData: this.bound(from, this.me, generation, prints) },
      key, /** @type {BufferSource} */ (bytes(wrapped, BASE + 16)),
    ));
  }

  /** @param {string} from @param {string} to @param {number} generation @param {string[]} prints @returns {BufferSource} */
  bound(from, to, generation, prints) {
    return /** @type {BufferSource} */ (written([this.name, from, to, generation, prints]));
  }
}

/** @param {Reveal} reveal */
function listed(reveal) {
  return [reveal.public, reveal.nonce, reveal.prints];
}

/** @param {Member[]} members @returns {Member[]} */
function sorted(members) {
  return [...members].sort(([one], [other]) => (one < other ? -1 : 1));
}
