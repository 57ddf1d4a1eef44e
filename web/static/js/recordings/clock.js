// @ts-check
/** The one time that all videos of a recording follow. It goes on only while it is let. */

export class Clock {
  /** @param {() => number} now seconds that only go forward */
  constructor(now = () => performance.now() / 1000) {
    this.now = now;
    this.rate = 1;
    this.place = 0;
    /** @type {number | null} when it was let go; null while it stands */
    this.since = null;
  }

  /** @returns {number} the second of the recording */
  at() {
    return this.since === null ? this.place : this.place + (this.now() - this.since) * this.rate;
  }

  go() {
    if (this.since === null) this.since = this.now();
  }

  stand() {
    this.place = this.at();
    this.since = null;
  }

  /** @param {number} place */
  seek(place) {
    this.place = place;
    if (this.since !== null) this.since = this.now();
  }

  /** @param {number} rate */
  turn(rate) {
    this.seek(this.at());
    this.rate = rate;
  }
}
