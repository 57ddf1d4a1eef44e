// @ts-check
/** What people write to each other: ready phrases, and their own words where they may.
 * Knows no socket: it is given a way to send. Staff who watch only read. */

/** @typedef {import("./state.js").Facts} Facts */
/** @typedef {import("./state.js").Line} Line */

export class Chat {
  /**
   * @param {HTMLElement} root @param {Record<string, string>} words
   * @param {{say: (code: string, text: string) => boolean, read: (number: number) => void,
   *   came: (line: Line) => void, failed: () => void}} wires
   */
  constructor(root, words, wires) {
    this.words = words;
    this.wires = wires;
    this.number = new Intl.NumberFormat(root.lang);
    this.find = (/** @type {string} */ name) =>
      /** @type {HTMLElement | null} */ (root.querySelector(`[data-part-of-call="${name}"]`));
    this.panel = this.find("chat");
    this.button = this.find("write");
    /** @type {Set<number>} */
    this.drawn = new Set();
    this.button?.addEventListener("click", () => this.toggle());
    this.find("chat-close")?.addEventListener("click", () => this.toggle(false));
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !document.querySelector("dialog[open]")) this.toggle(false);
    });
    this.panel?.addEventListener("click", (event) => {
      const phrase = event.target instanceof Element && event.target.closest("[data-phrase]");
      if (phrase) this.send(phrase.getAttribute("data-phrase") ?? "", "");
    });
    this.find("chat-form")?.addEventListener("submit", (event) => {
      event.preventDefault();
      const form = /** @type {HTMLFormElement} */ (event.target);
      const text = String(new FormData(form).get("text") ?? "").trim();
      if (text && this.send("", text)) form.reset();
    });
  }

  get open() {
    return this.panel !== null && !this.panel.hidden;
  }

  /** @param {boolean} [open] */
  toggle(open = !this.open) {
    if (!this.panel || open === this.open) return;
    this.panel.hidden = !open;
    this.button?.setAttribute("aria-expanded", String(open));
    if (open) {
      this.find("chat-title")?.focus();
      this.wires.read(Math.max(0, ...this.drawn));
      this.bottom();
    } else {
      this.button?.focus();
    }
  }

  /** @param {string} code @param {string} text @returns {boolean} */
  send(code, text) {
    const sent = this.wires.say(code, text);
    if (!sent) this.wires.failed();
    return sent;
  }

  /** @param {Facts} facts */
  draw(facts) {
    const place = this.find("lines");
    if (!place) return;
    if (facts.over) this.toggle(false);
    const fresh = facts.lines.filter((line) => !this.drawn.has(line.number));
    for (const line of fresh) {
      this.drawn.add(line.number);
      place.append(this.line(line, line.participant === facts.me));
      if (line.participant !== facts.me && !this.open) this.wires.came(line);
    }
    const last = Math.max(0, ...this.drawn);
    if (fresh.length) this.bottom();
    if (this.open && last > facts.read) this.wires.read(last);
    const unread = facts.lines.filter((line) => line.number > facts.read && line.participant !== facts.me).length;
    const count = this.find("unread");
    if (count) {
      count.hidden = !unread || this.open;
      count.textContent = unread ? this.number.format(unread) : "";
    }
  }

  /** @param {Line} line @param {boolean} own @returns {HTMLElement} */
  line(line, own) {
    const item = document.createElement("p");
    item.className = own ? "chat__line chat__line--own" : "chat__line";
    const name = document.createElement("bdi");
    name.textContent = own ? this.words.said_you : line.name;
    const text = document.createElement("span");
    text.dir = "auto";
    text.textContent = said(line, this.words);
    item.append(name, text);
    return item;
  }

  bottom() {
    const place = this.find("lines");
    if (place) place.scrollTop = place.scrollHeight;
  }
}

/** @param {Line} line @param {Record<string, string>} words @returns {string} in the reader's language */
export function said(line, words) {
  return line.code ? (words[`phrase_${line.code}`] ?? "") : line.text;
}
