// @ts-check
/** What a person has answered about a recording, until the service knows it: a line may
 * break with it, and a service may be killed before it has written it down. */

export class Answer {
  /** @param {(message: {type: string, given: boolean}) => boolean} send says whether it could */
  constructor(send) {
    this.send = send;
    /** @type {boolean | null} */
    this.said = null;
    this.sent = true;
    this.at = -Infinity;
  }

  /** @param {boolean} given @returns {boolean} whether it is on its way; it will be */
  give(given) {
    [this.said, this.at] = [given, performance.now()];
    this.sent = this.send({ type: "consent", given });
    return this.sent;
  }

  /** A message shows that the line is there, and `joined` what the service knows.
   * @param {any} message */
  heard(message) {
    if (this.said === null) return;
    if (message.type === "joined") {
      const { asked = false, consent = null } = message.recording ?? {};
      this.sent = !asked || consent === this.said;
    }
    if (!this.sent) this.give(this.said);
  }
}
