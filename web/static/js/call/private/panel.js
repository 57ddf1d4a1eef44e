// @ts-check
/** Says what protects this visit, in a badge that is always there and a panel behind it.
 * Draws; decides nothing. Words come from the page, in the reader's language. */

import { Aloud, clipOf } from "./aloud.js";
import { spoken } from "./phrase.js";

/** @typedef {import("./protection.js").Shown} Shown
 * @typedef {import("../state.js").Facts} Facts
 * @typedef {{
 *   tell: (words: string) => void, leave: () => void,
 *   compare: (alike: boolean) => void, renew: () => void, accept: () => void,
 * }} Wires */

/** What is answered with a button, and by what. */
const BUTTONS = ["open", "close", "match", "differ", "renew", "go-on", "leave", "leave-too"];

export class Panel {
  /** @param {HTMLElement} root @param {Record<string, string>} words @param {Wires} wires */
  constructor(root, words, wires) {
    [this.root, this.words, this.wires] = [root, words, wires];
    this.number = new Intl.NumberFormat(root.lang, { minimumIntegerDigits: 3, useGrouping: false });
    this.drawn = "";
    this.phrase = "";
    this.aloud = new Aloud();
    this.asking = /** @type {HTMLDialogElement} */ (this.part("asking"));
    /** @type {Record<string, () => void>} */
    const acts = {
      open: () => this.show(this.part("panel").hidden),
      close: () => this.show(false),
      match: () => wires.compare(true),
      differ: () => wires.compare(false),
      renew: wires.renew,
      "go-on": wires.accept,
      leave: wires.leave,
      "leave-too": wires.leave,
    };
    for (const name of BUTTONS) this.part(name).addEventListener("click", acts[name]);
    // What is asked here cannot be put off: Escape would leave it unanswered and unseen.
    this.asking.addEventListener("cancel", (event) => event.preventDefault());
  }

  /** @param {string} name @returns {HTMLElement} */
  part(name) {
    const found = this.root.querySelector(`[data-part-of-private="${name}"]`);
    if (!(found instanceof HTMLElement)) throw new Error(`the call page has no ${name} of its protection`);
    return found;
  }

  /** @param {boolean} open */
  show(open) {
    this.part("panel").hidden = !open;
    this.part("open").setAttribute("aria-expanded", String(open));
    this.part(open ? "title" : "open").focus();
  }

  /** @param {Shown} shown @param {Facts} facts */
  draw(shown, facts) {
    const over = Boolean(facts.over);
    const key = JSON.stringify([shown, [...shown.phrase], over, facts.people.map(({ id, name, part, state }) => [id, name, part, state])]);
    if (key === this.drawn) return;
    this.drawn = key;
    const badge = this.part("open");
    badge.hidden = over || !facts.admitted;
    badge.dataset.level = shown.level;
    this.write("level", this.level(shown));
    this.write("is", this.is(shown));
    for (const one of this.root.querySelectorAll("[data-private-voice]")) {
      one.toggleAttribute("hidden", one.getAttribute("data-private-voice") !== clipOf(shown));
    }
    this.write("why", this.why(shown, facts));
    this.compare(shown);
    this.others(facts);
    this.part("refused").hidden = shown.level !== "refused";
    if (over) this.part("panel").hidden = true;
    this.ask(shown, facts, over);
    this.aloud.tell(shown, !over && facts.admitted);
    this.wires.tell(over || !facts.admitted ? "" : this.told(shown, facts));
  }

  /** @param {Shown} shown */
  level(shown) {
    if (shown.level === "ends") return this.words[shown.compared ? "level_compared" : "level_ends"];
    return this.words[shown.level === "transport" && shown.was ? "level_less" : `level_${shown.level}`];
  }

  /** @param {Shown} shown */
  is(shown) {
    if (shown.level === "agreeing") return this.words[shown.away ? "is_alone" : "is_agreeing"];
    const is = this.words[`is_${shown.level}`];
    return shown.level === "transport" && shown.was ? `${this.words.was} ${is}` : is;
  }

  /** @param {Shown} shown @param {Facts} facts whose browser cannot, if somebody's cannot */
  why(shown, facts) {
    if (shown.level !== "transport" && shown.level !== "stopped") return "";
    const person = facts.people.find((one) => one.id === shown.who);
    const sentence = this.words[`${person ? "their" : "own"}_${shown.why}`] ?? this.words[person ? "their_browser" : "own_browser"];
    return sentence.replace("{name}", `\u2068${person?.name ?? ""}\u2069`);
  }

  /** Everybody who may have keys, also who sends nothing and has no picture. @param {Facts} facts */
  others(facts) {
    const inside = facts.people.filter((one) => one.state !== "waiting");
    this.part("others").hidden = inside.length === 0;
    this.part("ends").replaceChildren(...inside.map(({ name, part }) => {
      const item = document.createElement("li");
      const who = document.createElement("bdi");
      who.textContent = name || "?";
      item.append(who, ` · ${this.words[`part_${part}`] ?? part}`);
      return item;
    }));
  }

  /** @param {Shown} shown */
  compare(shown) {
    const phrase = [...shown.phrase].join(" ");
    const compares = shown.level === "ends" && phrase !== "";
    this.part("compare").hidden = !compares;
    this.part("buttons").hidden = shown.compared;
    this.write("compared", shown.compared ? this.words.compared : this.words[this.changed(phrase, compares) ? "again" : "how"]);
    const list = this.part("phrase");
    if (!compares || list.dataset.phrase === phrase) return;
    list.dataset.phrase = phrase;
    list.replaceChildren(...spoken(shown.phrase, this.root.lang).map((one) => this.item(one)));
  }

  /** Whether these are not the first words of this page. @param {string} phrase @param {boolean} compares */
  changed(phrase, compares) {
    if (compares) this.phrase ||= phrase;
    return this.phrase !== "" && this.phrase !== phrase;
  }

  /** @param {import("./phrase.js").Spoken} one */
  item({ word, number }) {
    const item = document.createElement("li");
    const said = document.createElement("strong");
    said.textContent = word;
    const digits = document.createElement("span");
    digits.textContent = this.number.format(number);
    item.append(said, digits);
    return item;
  }

  /** What stopped because there is less now is asked before anything else. @param {Shown} shown @param {Facts} facts @param {boolean} over */
  ask(shown, facts, over) {
    const asks = shown.level === "stopped" && !over;
    this.write("asked-why", asks ? this.why(shown, facts) : "");
    if (asks && !this.asking.open) this.asking.showModal();
    if (!asks && this.asking.open) this.asking.close();
  }

  /** @param {Shown} shown @param {Facts} facts */
  told(shown, facts) {
    const again = shown.level === "ends" && !shown.compared && this.changed([...shown.phrase].join(" "), true);
    return [this.level(shown), this.why(shown, facts), again ? this.words.again : ""].filter(Boolean).join(". ");
  }

  /** @param {string} name @param {string} words */
  write(name, words) {
    const part = this.part(name);
    if (part.textContent !== words) part.textContent = words;
    if (part.tagName === "P") part.hidden = !words;
  }
}
