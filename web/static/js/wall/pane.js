// @ts-check
/** One visit watched on the wall: a socket and a leg of its own, pictures side by side.
 *
 * Many may be watched at once, and at most one is heard: sound begins with a press, which
 * browsers ask for in a page that does not film. */

import { Media } from "../call/media.js";
import { Signaling } from "../call/signaling.js";
import { recorded } from "../call/speech.js";
import { begin, isSpokenTo, stateOf, told } from "../call/state.js";
import { Tile } from "../call/tile.js";

const SEEN = ["prisoner", "visitor", "official", "interpreter"];
const KEPT = "watched";

/** @type {Set<Pane>} every pane of the page */
export const panes = new Set();

/** Which visits this window watches, so that a page loaded again goes on. */
function remembered() {
  return new Set(JSON.parse(sessionStorage.getItem(KEPT) ?? "[]"));
}

/** @param {string} visit @param {boolean} on */
function remember(visit, on) {
  const known = remembered();
  if (on) known.add(visit);
  else known.delete(visit);
  sessionStorage.setItem(KEPT, JSON.stringify([...known]));
}

// Whoever starts a visit wants to see it, also if its pane is yet to come.
document.addEventListener("acted", (event) => {
  const visit = /** @type {CustomEvent} */ (event).detail.form.dataset.starts;
  if (!visit) return;
  remember(visit, true);
  for (const pane of panes) if (pane.visit === visit) pane.watch();
});

export class Pane {
  /** @param {HTMLElement} element */
  constructor(element) {
    this.element = element;
    this.visit = element.dataset.visit ?? "";
    this.words = JSON.parse(document.getElementById("words")?.textContent ?? "{}");
    this.facts = begin();
    this.sounds = false;
    /** @type {Signaling | null} */
    this.signaling = null;
    /** @type {Media | null} */
    this.media = null;
    /** @type {Map<string, Tile>} */
    this.tiles = new Map();
    this.stage = made("div", "pane__stage");
    this.state = made("span", "pane__state");
    this.watching = this.button("watch", () => (this.isWatching ? this.stop() : this.watch()));
    this.sound = this.button("sound_on", () => this.hear(!this.sounds));
    const bar = made("div", "pane__bar");
    bar.append(this.watching, this.sound, this.state);
    element.append(this.stage, bar);
    panes.add(this);
    document.addEventListener("news", this.look);
    this.draw();
    if (this.isLive && remembered().has(this.visit)) this.watch();
  }

  get isWatching() {
    return this.signaling !== null;
  }

  get isLive() {
    return this.element.isConnected && this.element.dataset.live === "yes";
  }

  /** @param {string} word @param {() => void} act */
  button(word, act) {
    const button = made("button", "button button--secondary");
    button.setAttribute("type", "button");
    button.dataset.word = word;
    button.addEventListener("click", act);
    return button;
  }

  /** The visit may have left the wall. */
  look = () => {
    if (this.element.isConnected) return;
    this.stop();
    panes.delete(this);
    document.removeEventListener("news", this.look);
  };

  async watch() {
    if (this.isWatching) return;
    this.facts = begin();
    const signaling = new Signaling({
      socketUrl: location.origin.replace(/^http/, "ws") + "/call/socket",
      ticketUrl: this.element.dataset.ticketUrl ?? "",
      ticket: "",
      onMessage: (message) => this.hears(message),
      onSocket: (state) => this.become(state === "broken" || state === "denied" ? { over: state } : { socket: state }),
    });
    this.signaling = signaling;
    this.media = new Media(
      {
        send: (message) => signaling.send(message),
        line: () => ({ ready: signaling.ready, heard: signaling.heard, roundTrip: signaling.roundTrip }),
        probe: () => signaling.hurry(),
        expects: (target) => target === "subscriber" && isSpokenTo(this.facts),
        onLeg: (target, state) => this.become({ [target]: state }),
        onTracks: () => this.draw(),
        onLevels: (levels) => this.tiles.forEach((tile) => tile.sounds(levels)),
      },
      { tracks: () => [], hears: true },
    );
    remember(this.visit, true);
    this.draw();
    await signaling.again();
  }

  /** Somebody else is on duty: watch on under their name. */
  async anew() {
    this.close();
    await this.watch();
  }

  stop() {
    remember(this.visit, false);
    this.close();
    this.draw();
  }

  close() {
    this.signaling?.leave();
    this.signaling?.socket?.close();
    this.media?.close();
    [this.signaling, this.media, this.sounds] = [null, null, false];
    for (const tile of this.tiles.values()) tile.remove();
    this.tiles.clear();
  }

  /** @param {any} message */
  hears(message) {
    const media = this.media;
    if (!media) return;
    const before = this.facts.recording;
    this.facts = told(this.facts, message, Date.now());
    // Whoever hears the visit hears this too; the card says it for the others.
    if (this.sounds && message.type === "recording_state") recorded(before, this.facts);
    if (message.type === "joined") {
      media.relayBy(message.ice_servers);
      if (message.resumed) media.recover();
      else media.forget();
    }
    if (message.type === "offer") media.offered(message.sdp);
    if (message.type === "renegotiate") media.renegotiate(message.target, message.rebuild);
    if (message.type === "error" && message.code === "bad_sdp") media.refused();
    this.draw();
  }

  /** @param {Partial<import("../call/state.js").Facts>} change */
  become(change) {
    this.facts = { ...this.facts, ...change };
    this.draw();
  }

  /** Hear this visit, and no other. @param {boolean} on */
  hear(on) {
    for (const pane of panes) {
      pane.sounds = on && pane === this;
      pane.draw();
    }
    if (on) for (const tile of this.tiles.values()) tile.sound();
  }

  draw() {
    if (this.facts.over && this.isWatching) {
      if (this.facts.over !== "replaced") remember(this.visit, false);
      this.close();
    }
    this.element.dataset.state = this.isWatching ? stateOf(this.facts) : "off";
    this.element.dataset.sounds = String(this.sounds);
    this.say(this.watching, this.isWatching ? "unwatch" : "watch");
    this.say(this.sound, this.sounds ? "sound_off" : "sound_on");
    this.sound.hidden = !this.isWatching;
    this.sound.setAttribute("aria-pressed", String(this.sounds));
    this.pictures();
    this.state.textContent = this.condition();
    document.dispatchEvent(new CustomEvent("watched"));
  }

  condition() {
    if (this.facts.over === "replaced") return this.words.pane_elsewhere;
    if (this.facts.over === "removed") return this.words.state_removed;
    if (this.facts.over === "denied" || this.facts.over === "broken") return this.words.pane_gone;
    if (!this.isWatching) return "";
    const state = stateOf(this.facts);
    if (state === "live" && this.tiles.size === 0) return this.words.pane_nobody;
    return this.words[`state_${state}`] ?? "";
  }

  pictures() {
    const seen = this.isWatching ? this.facts.people.filter((p) => SEEN.includes(p.part) && p.state !== "waiting") : [];
    for (const [id, tile] of this.tiles) {
      if (seen.some((person) => person.id === id)) continue;
      tile.remove();
      this.tiles.delete(id);
    }
    seen.sort((a, b) => SEEN.indexOf(a.part) - SEEN.indexOf(b.part));
    for (const person of seen) {
      const tile = this.tiles.get(person.id) ?? this.tile(person.id);
      tile.audio.muted = !this.sounds;
      tile.draw(person, false);
    }
    this.stage.hidden = seen.length === 0;
    this.stage.dataset.people = String(seen.length);
  }

  /** @param {string} id */
  tile(id) {
    const tile = new Tile(this.words, {
      arriving: (mid) => this.media?.subscriber.arriving(mid) ?? null,
      hears: true,
      blocked: () => this.hear(false),
      icon: (name) => icon(name),
      tell: () => {},
    });
    this.tiles.set(id, tile);
    this.stage.append(tile.element);
    return tile;
  }

  /** @param {HTMLElement} button @param {string} word */
  say(button, word) {
    const text = this.words[`pane_${word}`] ?? "";
    if (button.dataset.said === text) return;
    button.dataset.said = button.textContent = text;
    const whom = made("span", "for-readers");
    whom.textContent = ` ${this.element.dataset.whom ?? ""}`;
    button.append(whom);
  }
}

/** @param {string} name @param {string} look @returns {HTMLElement} */
function made(name, look) {
  const element = document.createElement(name);
  element.className = look;
  return element;
}

/** @param {string} name @returns {Node} a pictogram of the page's */
function icon(name) {
  const signs = document.getElementById("signs");
  const found = signs instanceof HTMLTemplateElement && signs.content.querySelector(`.icon--${name}`);
  return found ? found.cloneNode(true) : document.createComment(name);
}
