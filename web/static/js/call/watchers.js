// @ts-check
/** Who of the staff watches the visit, and since when; everybody in it reads that. */

/** @typedef {import("./state.js").Facts} Facts */

export class Watchers {
  /** @param {HTMLElement} root @param {Record<string, string>} words */
  constructor(root, words) {
    this.words = words;
    this.part = (/** @type {string} */ name) => root.querySelector(`[data-part-of-call="${name}"]`);
    this.number = new Intl.NumberFormat(root.lang);
    this.hours = new Intl.DateTimeFormat(`${root.lang}-u-hc-h23`, {
      hour: "2-digit",
      minute: "2-digit",
      timeZone: root.dataset.zone || undefined,
    });
    this.drawn = "";
  }

  /** @param {Facts} facts */
  draw(facts) {
    const now = Math.max(
      facts.watching.filter((one) => !one.until).length,
      facts.people.filter((person) => person.part === "monitor").length + Number(facts.part === "monitor"),
    );
    const key = JSON.stringify([now, facts.over, facts.watching]);
    if (key === this.drawn) return;
    this.drawn = key;
    this.part("watched")?.toggleAttribute("hidden", Boolean(facts.over) || !(now || facts.watching.length));
    const said = this.words[now > 1 ? "watched_many" : now ? "watched" : "watched_before"];
    const place = this.part("watched-words");
    if (place) place.textContent = said.replace("{n}", this.number.format(now));
    const times = [...facts.watching].sort((a, b) => a.since.localeCompare(b.since));
    this.part("watchers")?.replaceChildren(...times.map((one) => this.line(one)));
  }

  /** @param {import("./state.js").Watch} one @returns {HTMLElement} */
  line(one) {
    const item = document.createElement("li");
    const time = (/** @type {string} */ at) => this.hours.format(Date.parse(at));
    item.textContent = one.until
      ? this.words.watched_until.replace("{since}", time(one.since)).replace("{until}", time(one.until))
      : this.words.watched_since.replace("{since}", time(one.since));
    return item;
  }
}
