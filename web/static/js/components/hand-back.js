// @ts-check
/** Gives a station back by itself when its call is over: goes to `data-href`, where the
 * next visit is waited for; to `data-off` when it was not held. */

/** How long each last screen stays; who left by mistake has time to come back. */
const SECONDS = new Map([
  ["ended", 20],
  ["off", 40],
  ["denied", 20],
  ["left", 60],
]);

/** @param {HTMLElement} part */
export function start(part) {
  const page = document.documentElement;
  let timer = 0;

  function look() {
    clearTimeout(timer);
    const seconds = SECONDS.get(page.dataset.callState ?? "");
    if (seconds === undefined) return;
    const { href, off } = part.dataset;
    const onward = page.dataset.callState === "off" ? off : href;
    timer = window.setTimeout(() => location.assign(onward ?? "/station"), seconds * 1000);
  }

  new MutationObserver(look).observe(page, { attributeFilter: ["data-call-state"] });
  look();
}
