// @ts-check
/** Dragging a visit with a pointer: a picture of it follows, the place under it is lit,
 * and letting go there opens the page that asks whether to move it. Nothing moves here.
 * A finger scrolls until it has rested on the visit for a moment. */

const FAR_PX = 6;
const REST_MS = 350;
const EDGE_PX = 48;
const SCROLL_PX = 14;

/** @param {HTMLElement} table @param {PointerEvent} event */
export function drag(table, event) {
  const chip = /** @type {HTMLElement} */ (event.target).closest("[data-chip]");
  if (!(chip instanceof HTMLElement) || event.button !== 0 || !event.isPrimary) return;
  new Drag(table, chip, event);
}

class Drag {
  /** @type {HTMLElement | null} */
  #picture = null;
  /** @type {HTMLElement | null} */
  #over = null;
  #quiet = new AbortController();
  #rest = 0;
  #frame = 0;
  #at = { x: 0, y: 0 };

  /** @param {HTMLElement} table @param {HTMLElement} chip @param {PointerEvent} from */
  constructor(table, chip, from) {
    this.table = table;
    this.chip = chip;
    this.from = { x: from.clientX, y: from.clientY };
    this.#at = this.from;
    const { signal } = this.#quiet;
    const touch = from.pointerType === "touch";
    if (touch) this.#rest = window.setTimeout(() => this.#begin(), REST_MS);
    document.addEventListener("pointermove", (event) => this.#moved(event, touch), { signal });
    document.addEventListener("pointerup", () => this.#dropped(), { signal });
    document.addEventListener("pointercancel", () => this.#end(), { signal });
    document.addEventListener("keydown", (event) => event.key === "Escape" && this.#end(), { signal });
    document.addEventListener("touchmove", (event) => this.#picture && event.preventDefault(), { signal, passive: false });
  }

  /** @param {PointerEvent} event @param {boolean} touch */
  #moved(event, touch) {
    this.#at = { x: event.clientX, y: event.clientY };
    const far = Math.hypot(this.#at.x - this.from.x, this.#at.y - this.from.y) > FAR_PX;
    if (!this.#picture && far) {
      if (touch) return this.#end();
      this.#begin();
    }
    if (this.#picture) this.#follow();
  }

  #begin() {
    const picture = document.createElement("div");
    picture.className = "chip chip--dragged";
    picture.textContent = this.chip.querySelector("a")?.textContent ?? "";
    // It is placed from the left, whichever way the page is written.
    picture.dir = "ltr";
    picture.setAttribute("aria-hidden", "true");
    document.body.append(picture);
    this.#picture = picture;
    this.table.toggleAttribute("data-dragging", true);
    this.chip.classList.add("chip--moving");
    this.#follow();
    this.#scroll();
  }

  #follow() {
    const { x, y } = this.#at;
    if (this.#picture) this.#picture.style.transform = `translate(${x + 8}px, ${y + 8}px)`;
    const there = document.elementFromPoint(x, y)?.closest("[data-slot]");
    const place = there instanceof HTMLElement && this.table.contains(there) && !there.contains(this.chip) ? there : null;
    if (place === this.#over) return;
    this.#over?.classList.remove("slot--over");
    place?.classList.add("slot--over");
    this.#over = place;
  }

  /** Near an edge of the window, or of the table's frame, what is beyond comes in. */
  #scroll() {
    if (!this.#picture) return;
    const { x, y } = this.#at;
    const frame = this.table.querySelector(".table-frame");
    const box = frame?.getBoundingClientRect();
    if (y < EDGE_PX) window.scrollBy(0, -SCROLL_PX);
    if (y > window.innerHeight - EDGE_PX) window.scrollBy(0, SCROLL_PX);
    if (frame && box && x < box.left + EDGE_PX) frame.scrollBy(-SCROLL_PX, 0);
    if (frame && box && x > box.right - EDGE_PX) frame.scrollBy(SCROLL_PX, 0);
    this.#follow();
    this.#frame = requestAnimationFrame(() => this.#scroll());
  }

  #dropped() {
    const place = this.#over;
    if (this.#picture) this.#swallow();
    this.#end();
    if (!place) return;
    const to = new URL(this.chip.dataset.check ?? "", location.href);
    to.searchParams.set("slot", place.dataset.slot ?? "");
    if (place.dataset.place) to.searchParams.set("place", place.dataset.place);
    location.assign(to);
  }

  /** Letting go over a link is no click on it. */
  #swallow() {
    const stop = (/** @type {Event} */ event) => {
      event.preventDefault();
      event.stopPropagation();
    };
    window.addEventListener("click", stop, { capture: true, once: true });
    window.setTimeout(() => window.removeEventListener("click", stop, { capture: true }), 50);
  }

  #end() {
    this.#quiet.abort();
    window.clearTimeout(this.#rest);
    cancelAnimationFrame(this.#frame);
    this.#picture?.remove();
    this.#picture = null;
    this.#over?.classList.remove("slot--over");
    this.table.removeAttribute("data-dragging");
    this.chip.classList.remove("chip--moving");
  }
}
