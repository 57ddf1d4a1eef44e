// @ts-check
/** One participant: one video whose file changes as the time of the recording goes on. */

import { isIn, pieceAt } from "./timeline.js";

/** @typedef {import("./timeline.js").LaneFacts} LaneFacts */
/** @typedef {import("./timeline.js").Piece} Piece */

/** So far off, a video jumps; nearer, it hurries or dawdles a little. */
const JUMPS = 0.25;
const NEAR = 0.02;
/** How much faster or slower at most, which nobody hears. */
const HURRY = 0.06;
/** The last of a file, where a browser has nothing more to load. */
const END = 0.4;

export class Lane {
  /**
   * @param {LaneFacts} facts
   * @param {HTMLElement} figure with a video and a card to put before it
   * @param {(source: string) => void} broken told of a file that does not open
   */
  constructor(facts, figure, broken) {
    this.facts = facts;
    this.video = /** @type {HTMLVideoElement} */ (figure.querySelector("[data-picture]"));
    this.card = /** @type {HTMLElement} */ (figure.querySelector("[data-card]"));
    this.words = /** @type {HTMLElement} */ (this.card.querySelector("[data-card-words]"));
    /** @type {Piece | null} */
    this.piece = null;
    this.video.addEventListener("error", () => this.piece && broken(this.piece.source));
  }

  /**
   * Be where the recording is.
   * @param {number} at @param {boolean} goes @param {number} rate
   */
  follow(at, goes, rate) {
    this.load(pieceAt(this.facts, at));
    this.cover(at);
    if (!this.piece) return this.video.pause();
    const place = at - this.piece.from;
    const behind = place - this.video.currentTime;
    const over = this.video.ended || place >= this.length() - 0.05;
    if (!goes) {
      this.video.pause();
      if (Math.abs(behind) > NEAR && !this.video.seeking && !over) this.video.currentTime = place;
      return;
    }
    if (over) return;
    if (Math.abs(behind) > JUMPS && !this.video.seeking) this.video.currentTime = place;
    const change = Math.abs(behind) < NEAR ? 0 : Math.max(-HURRY, Math.min(HURRY, behind));
    this.video.playbackRate = rate * (1 + change);
    // Another file in the middle of it breaks a promise to play off, which harms nothing.
    if (this.video.paused) this.video.play().catch(() => {});
  }

  /** @param {number} at @returns {boolean} whether the others would have to wait for it */
  isLate(at) {
    if (!this.piece || this.video.error) return false;
    if (this.video.seeking) return true;
    const rest = this.length() - Math.max(at - this.piece.from, this.video.currentTime);
    const enough = rest < END ? HTMLMediaElement.HAVE_CURRENT_DATA : HTMLMediaElement.HAVE_FUTURE_DATA;
    return !this.video.ended && rest > 0 && this.video.readyState < enough;
  }

  /** @returns {number} seconds of the file, as it says itself once it is open */
  length() {
    if (!this.piece) return 0;
    const told = this.piece.to - this.piece.from;
    return Number.isFinite(this.video.duration) ? Math.min(told, this.video.duration) : told;
  }

  /** @param {Piece | null} piece */
  load(piece) {
    if (piece === this.piece) return;
    this.piece = piece;
    if (!piece) return;
    this.video.src = piece.source;
    this.video.preload = "auto";
    this.video.load();
  }

  /** Let go of the file, to ask for it anew when it is played again. */
  forget() {
    this.piece = null;
    this.video.removeAttribute("src");
    this.video.load();
  }

  /** @param {number} at */
  cover(at) {
    const { blank = "", heard = "" } = this.card.dataset;
    const unseen = isIn(this.facts.unseen, at) ? heard : "";
    const words = !this.piece || isIn(this.facts.blanks, at) ? blank : unseen;
    if (this.words.textContent !== words) this.words.textContent = words;
    this.card.hidden = !words;
  }
}
