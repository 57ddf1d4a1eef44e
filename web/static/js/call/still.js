// @ts-check
/** The last frame of a picture, kept while no more of them come. */

/** @param {HTMLVideoElement} video @param {HTMLCanvasElement} canvas */
export function keep(video, canvas) {
  const context = video.videoWidth > 0 ? canvas.getContext("2d") : null;
  if (!context) return;
  [canvas.width, canvas.height] = [video.videoWidth, video.videoHeight];
  context.drawImage(video, 0, 0);
  canvas.dataset.kept = "true";
}

/**
 * Take the still away as soon as the picture moves again.
 * @param {HTMLVideoElement} video @param {HTMLCanvasElement} canvas @param {() => boolean} stillWanted
 */
export function release(video, canvas, stillWanted) {
  const gone = () => {
    if (!stillWanted()) delete canvas.dataset.kept;
  };
  if ("requestVideoFrameCallback" in video) video.requestVideoFrameCallback(gone);
  else gone();
}
