// @ts-check
/** From the facts of a call to the page. Draws; decides nothing and asks nobody.
 *
 * Parts with `data-on="live paused"` are there in those states alone. Words come from the
 * page, in the reader's language. */

import { Announcer } from "./announcer.js";
import { drawCovers } from "./covers.js";
import { drawHelp } from "./help.js";
import { RecordingView } from "./recording.js";
import { Tile } from "./tile.js";
import { WaitingRoom } from "./waiting.js";
import { Watchers } from "./watchers.js";

/** @typedef {import("./state.js").Facts} Facts */
/** @typedef {import("./state.js").Person} Person */

/** Whose picture fills the page for whom; anybody else's stands beside. */
const FIRST = { prisoner: ["visitor", "official", "interpreter"], other: ["prisoner", "visitor", "official"] };
const SEEN = new Set(["prisoner", "visitor", "official", "interpreter"]);
const UNSEEN = new Set(["paused", "audio_only"]);
/** Whose screen takes the place of the call: the keyboard goes there. */
const LAST = new Set(["ended", "off", "left", "replaced", "removed", "denied", "broken"]);
/** What stands elsewhere on the page too is not kept before the picture. */
const PASSING = new Set(["chat", "own"]);
const PASSING_MS = 10_000;

export class View {
  /**
   * @param {HTMLElement} root @param {Record<string, string>} words
   * @param {{arriving: (mid: string | null) => MediaStreamTrack | null, hears: boolean,
   *   dismiss: (id: number) => void, blocked: () => void, consent: (given: boolean) => void}} wires
   */
  constructor(root, words, wires) {
    this.root = root;
    this.words = words;
    this.wires = wires;
    this.number = new Intl.NumberFormat(root.lang || document.documentElement.lang);
    /** @type {Map<string, import("./tile.js").Tile>} */
    this.tiles = new Map();
    this.stage = this.part("stage");
    this.announcer = new Announcer(this.part("announced"));
    this.drawn = "";
    this.recording = new RecordingView(root, words, { answer: wires.consent });
    this.watchers = new Watchers(root, words);
    this.waiting = new WaitingRoom(root, { words, say: (key, count) => this.say(key, count) });
  }

  /** @param {string} name @returns {HTMLElement} */
  part(name) {
    const found = this.root.querySelector(`[data-part-of-call="${name}"]`);
    if (!(found instanceof HTMLElement)) throw new Error(`the call page has no ${name}`);
    return found;
  }

  /** @param {Facts} facts @param {string} state */
  draw(facts, state) {
    const before = document.documentElement.dataset.callState;
    document.documentElement.dataset.callState = state;
    for (const element of this.root.querySelectorAll("[data-on]")) {
      const on = (element.getAttribute("data-on") ?? "").split(" ").includes(state);
      element.toggleAttribute("hidden", !on);
    }
    if (before !== state && LAST.has(state)) this.lead();
    this.seats(facts);
    this.list(facts);
    this.waiting.draw(facts);
    this.hand(facts);
    drawHelp(this.root, facts, this.words);
    this.own(facts);
    this.line(facts, state);
    this.notices(facts);
    this.watchers.draw(facts);
    this.recording.draw(facts);
    this.part("sound").hidden = !facts.soundBlocked;
    this.part("state").textContent = this.words[`state_${state}`] ?? "";
    drawCovers(this.root, facts, this.words);
    const owed = this.part("owed");
    owed.hidden = !facts.owed;
    owed.textContent = facts.owed ? this.say("owed", facts.owed) : "";
    if (state === "denied") {
      this.part("denial").textContent = this.words[`denied_${facts.denial}`] ?? this.words.denied_ticket;
    }
  }

  /** @param {Facts} facts @param {number} now */
  time(facts, now) {
    this.waiting.time(facts, now);
    const line = this.part("time");
    const inCall = facts.admitted && facts.phase !== "waiting" && !facts.over;
    line.hidden = !inCall;
    if (!inCall) return;
    const left = Math.max(0, facts.endsAt - (now + facts.skew));
    const minutes = Math.ceil(left / 60_000);
    const bar = this.part("time-bar");
    if (bar instanceof HTMLProgressElement) {
      bar.max = Math.max(1, facts.endsAt - facts.startsAt);
      bar.value = left;
    }
    line.dataset.near = String(left <= 60_000 ? 1 : left <= 300_000 ? 5 : 0);
    this.part("time-words").textContent = this.say(minutes > 0 ? "time_left" : "time_over", minutes);
  }

  /** @param {Facts} facts */
  seats(facts) {
    const seen = facts.people.filter((person) => SEEN.has(person.part) && person.state !== "waiting");
    for (const [id, one] of this.tiles) {
      if (!seen.some((person) => person.id === id)) {
        one.remove();
        this.tiles.delete(id);
      }
    }
    const order = facts.part === "prisoner" ? FIRST.prisoner : FIRST.other;
    const rank = (/** @type {Person} */ p) => (order.indexOf(p.part) + order.length + 1) % (order.length + 1);
    const first = [...seen].sort((a, b) => rank(a) - rank(b))[0];
    for (const person of seen) {
      let one = this.tiles.get(person.id);
      if (!one) {
        one = new Tile(this.words, {
          ...this.wires,
          icon: (name) => this.icon(name),
          tell: (topic, words) => this.announcer.tell(topic, words),
        });
        this.tiles.set(person.id, one);
        this.stage.append(one.element);
      }
      one.draw(person, person === first, facts.hands.includes(person.id));
    }
    this.stage.dataset.people = String(seen.length);
    this.part("alone").hidden = seen.length > 0;
  }

  /** @param {Facts} facts */
  list(facts) {
    const key = JSON.stringify([facts.phase, facts.hands, facts.helped, facts.people.map((p) => [p.id, p.state, p.blocked])]);
    if (key === this.drawn) return;
    this.drawn = key;
    const list = this.part("people");
    list.replaceChildren(
      ...facts.people.map((person) => {
        const item = document.createElement("li");
        const name = document.createElement("bdi");
        name.textContent = person.name || this.words.part_monitor;
        const role = document.createElement("span");
        role.className = "quiet";
        role.textContent = `${this.words[`part_${person.part}`]} · ${this.words[`is_${person.state}`]}`;
        item.append(name, role);
        return item;
      }),
    );
    this.part("nobody").hidden = facts.people.length > 0;
  }

  /** @param {Facts} facts */
  own(facts) {
    for (const kind of /** @type {const} */ (["audio", "video"])) {
      const button = this.part(kind);
      const state = facts.blocked.includes(kind) ? "blocked" : facts.sends[kind];
      button.dataset.state = state;
      button.setAttribute("aria-pressed", String(state === "on"));
      button.toggleAttribute("disabled", state === "blocked" || state === "none");
      this.part(`${kind}-words`).textContent = this.words[`${kind}_${state}`];
    }
    this.part("own-seat").dataset.state = facts.over ? "none" : facts.sends.video;
    const trouble = !facts.troublesRead && (facts.troubles.audio || facts.troubles.video);
    const note = this.part("trouble");
    note.hidden = !trouble || Boolean(facts.over);
    if (trouble) {
      const missing = facts.troubles.audio && facts.troubles.video ? "both" : facts.troubles.audio ? "audio" : "video";
      this.part("trouble-words").textContent =
        `${this.words[`without_${missing}`]} ${this.words[`trouble_${trouble}`] ?? this.words.trouble_other}`;
    }
  }

  /** The keyboard and whoever listens go to the screen that took the call's place. */
  lead() {
    const title = this.root.querySelector(".cover:not([hidden]) .cover__title");
    if (title instanceof HTMLElement) title.focus();
  }

  /** @param {Facts} facts */
  hand(facts) {
    const button = this.root.querySelector('[data-part-of-call="hand"]');
    if (button) {
      const up = facts.hands.includes(facts.me);
      button.setAttribute("aria-pressed", String(up));
      const label = button.querySelector("span");
      const text = this.words[up ? "hand_down" : "hand_up"];
      if (label && label.textContent !== text) label.textContent = text;
      this.announcer.tell("own hand", up ? this.words.hand_own : "");
    }
    const hint = this.part("hint");
    hint.hidden = !facts.hint || Boolean(facts.over);
    hint.dataset.hint = facts.hint;
    const said = facts.hint ? this.words[`hint_${facts.hint}`] : "";
    const place = this.part("hint-words");
    if (place.textContent !== said) place.textContent = said;
  }

  /** How the own line is, and what of the own picture it cannot carry. @param {Facts} facts @param {string} state */
  line(facts, state) {
    const quality = this.part("quality");
    quality.dataset.quality = facts.quality;
    this.part("quality-words").textContent = this.words[`quality_${facts.quality}`] ?? "";
    const seen = facts.people.some((person) => SEEN.has(person.part) && person.state !== "waiting");
    const unseen = state === "live" && seen && facts.sends.video === "on" && UNSEEN.has(facts.publishQuality);
    const note = this.part("own-note");
    note.hidden = !unseen;
    note.textContent = unseen ? this.words.not_sent : "";
    this.announcer.tell("own picture", note.textContent);
    const flows = facts.publisher !== "silent" && facts.subscriber === "connected";
    document.documentElement.dataset.flows = String(flows);
    this.part("banner-words").textContent = this.words[flows ? "broken_socket" : "broken_line"];
  }

  /** @param {string} name @returns {Node} a pictogram of the page's */
  icon(name) {
    const signs = this.root.querySelector("#signs");
    const found = signs instanceof HTMLTemplateElement && signs.content.querySelector(`.icon--${name}`);
    return found ? found.cloneNode(true) : document.createComment(name);
  }

  /** @param {Map<string, number>} levels by mid, from 0 to 1 */
  sounds(levels) {
    for (const one of this.tiles.values()) one.sounds(levels);
  }

  /** @param {Facts} facts */
  notices(facts) {
    const place = this.part("notices");
    const wanted = new Set(facts.over ? [] : facts.notices.map((notice) => String(notice.id)));
    for (const old of [...place.children]) {
      if (old instanceof HTMLElement && !wanted.has(old.dataset.notice ?? "")) old.remove();
    }
    for (const notice of facts.over ? [] : facts.notices) {
      if (place.querySelector(`[data-notice="${notice.id}"]`)) continue;
      place.append(this.notice(notice));
    }
  }

  /** @param {import("./state.js").Notice} notice @returns {HTMLElement} */
  notice(notice) {
    const element = document.createElement("div");
    element.className = `call-notice call-notice--${notice.tone}`;
    element.dataset.notice = String(notice.id);
    element.setAttribute("role", notice.tone === "bad" ? "alert" : "status");
    const from = document.createElement("strong");
    from.textContent = notice.from || (this.words[`notice_${notice.tone}`] ?? "");
    from.dir = "auto";
    const text = document.createElement("p");
    text.dir = "auto";
    text.textContent = notice.code ? this.say(`say_${notice.code}`, Number(notice.text) || 0).replace("{name}", `\u2068${notice.text}\u2069`) : notice.text;
    const button = document.createElement("button");
    button.className = "button button--secondary";
    button.type = "button";
    button.textContent = this.words.dismiss;
    button.addEventListener("click", () => this.wires.dismiss(notice.id));
    if (PASSING.has(notice.tone)) window.setTimeout(() => this.wires.dismiss(notice.id), PASSING_MS);
    element.append(from, text, button);
    return element;
  }

  /** @param {string} key @param {number} count @returns {string} */
  say(key, count) {
    const sentence = (count === 1 && this.words[`${key}_one`]) || this.words[key] || "";
    return sentence.replace("{n}", this.number.format(count));
  }
}
