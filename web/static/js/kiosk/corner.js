// @ts-check
/** The way for staff: the station's name, held down, or three keys at once. A tap on it
 * does nothing, so that families are not led astray. */

const HOLD_MS = 3000;

/** @param {HTMLElement} strip */
export function corner(strip) {
  const place = /** @type {HTMLElement} */ (strip.querySelector("[data-corner]"));
  let timer = 0;
  const open = () => location.assign(place.dataset.corner ?? "/");
  const press = () => {
    clearTimeout(timer);
    timer = window.setTimeout(open, HOLD_MS);
  };
  const release = () => clearTimeout(timer);

  place.addEventListener("pointerdown", press);
  for (const name of ["pointerup", "pointerleave", "pointercancel"]) place.addEventListener(name, release);
  place.addEventListener("keydown", (event) => {
    if (!event.repeat && (event.key === "Enter" || event.key === " ")) press();
  });
  for (const name of ["keyup", "blur"]) place.addEventListener(name, release);
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey && event.altKey && event.code === "KeyO") open();
  });
}
