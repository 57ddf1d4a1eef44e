// @ts-check
/** Goes to another page by itself after `data-seconds`, which leaves time to read why. */

/** @param {HTMLElement} words `data-href` is where to */
export function start(words) {
  const seconds = Number(words.dataset.seconds ?? 3);
  setTimeout(() => {
    // What was swapped out meanwhile has nothing to say any more.
    if (words.isConnected) location.assign(words.dataset.href ?? "/");
  }, seconds * 1000);
}
