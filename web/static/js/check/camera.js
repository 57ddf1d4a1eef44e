// @ts-check
/** One's own picture, mirrored by the style sheet as in a looking-glass. */

import { open } from "./trouble.js";

export class Camera {
  /** @type {MediaStream | null} */
  #stream = null;

  /** @param {HTMLVideoElement} picture */
  async show(picture) {
    this.stop();
    this.#stream = await open({ video: { width: { ideal: 640 }, height: { ideal: 480 } } });
    picture.srcObject = this.#stream;
    await picture.play();
  }

  /** Let go of the camera, so that its light goes out. */
  stop() {
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
    this.#stream = null;
  }
}
