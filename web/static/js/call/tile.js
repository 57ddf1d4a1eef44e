// @ts-check
/** One person's picture: their video, their sound, and what to say when either is missing. */

import { keep, release } from "./still.js";

/** @typedef {import("./state.js").Person} Person */
/**
 * @typedef {{
 *   arriving: (mid: string | null) => MediaStreamTrack | null, hears: boolean,
 *   blocked: () => void, icon: (name: string) => Node,
 *   tell: (topic: string, words: string) => void,
 * }} Wires
 */

/** Louder than this is somebody speaking. */
const SPEAKING = 0.02;

export class Tile {
  /** @param {Record<string, string>} words @param {Wires} wires */
  constructor(words, wires) {
    this.words = words;
    this.wires = wires;
    this.picture = "none";
    /** @type {string | null} the stream of their sound */
    this.mid = null;
    /** @type {Map<HTMLMediaElement, MediaStreamTrack>} tracks in which nothing has arrived yet */
    this.coming = new Map();
    this.element = document.createElement("figure");
    this.element.className = "tile";
    this.video = document.createElement("video");
    this.video.autoplay = this.video.playsInline = this.video.muted = true;
    this.video.addEventListener("loadeddata", () => (this.element.dataset.seen = "true"));
    this.still = document.createElement("canvas");
    this.still.className = "tile__still";
    this.still.setAttribute("aria-hidden", "true");
    this.audio = document.createElement("audio");
    this.audio.autoplay = true;
    this.card = span("tile__card", wires.icon("waves"));
    this.card.setAttribute("aria-hidden", "true");
    this.initial = span("tile__initial");
    this.card.prepend(this.initial);
    this.noticeWords = span("tile__words");
    this.notice = span("tile__notice", wires.icon("pause"), wires.icon("sound"), this.noticeWords);
    this.caption = document.createElement("figcaption");
    this.caption.className = "tile__caption";
    this.name = document.createElement("bdi");
    this.lineWords = document.createElement("span");
    this.line = span("tile__line", wires.icon("line"), this.lineWords);
    this.signs = span("tile__signs");
    this.hand = span("tile__hand", wires.icon("hand"), words.hand_raised);
    this.hand.hidden = true;
    this.caption.append(this.name, this.line, this.signs);
    this.element.append(this.video, this.still, this.audio, this.card, this.notice, this.hand, this.caption);
  }

  /** @param {Person} person @param {boolean} first @param {boolean} [raised] */
  draw(person, first, raised = false) {
    this.hand.hidden = !raised;
    this.wires.tell(`hand ${person.id}`, raised ? `${person.name} ${this.words.hand_raised}` : "");
    this.element.classList.toggle("tile--first", first);
    this.element.dataset.participant = person.id;
    this.element.dataset.part = person.part;
    const video = person.tracks.find((track) => track.kind === "video");
    const audio = person.tracks.find((track) => track.kind === "audio");
    const dark = !video || video.muted || person.blocked.includes("video");
    this.pictured(dark ? "none" : (PICTURES[person.picture] ?? "on"));
    this.show(this.video, video?.mid ?? null);
    this.mid = audio?.mid ?? null;
    if (this.wires.hears) this.show(this.audio, this.mid);
    this.name.textContent = person.name;
    this.initial.textContent = [...person.name.trim()][0] ?? "";
    this.say(person, this.missing(person, dark, video));
    const silent = this.wires.hears && (person.blocked.includes("audio") || !audio || audio.muted);
    this.signs.textContent = silent ? this.words.is_muted : "";
    this.line.dataset.quality = person.quality;
    this.lineWords.textContent = this.words[`quality_${person.quality}`] ?? "";
    this.lineWords.classList.toggle("for-readers", person.quality === "good");
  }

  /** @param {string} wanted "on", "none", "still" or "card" */
  pictured(wanted) {
    const kept = this.picture === "still" || this.video.videoWidth > 0;
    const picture = wanted === "still" && !kept ? "card" : wanted;
    if (picture === this.picture) return;
    if (picture === "still") keep(this.video, this.still);
    else if (this.picture === "still") release(this.video, this.still, () => this.picture === "still");
    this.picture = this.element.dataset.picture = picture;
  }

  /** @param {Person} person @param {string} words */
  say(person, words) {
    this.noticeWords.textContent = words;
    this.notice.hidden = !words;
    this.wires.tell(person.id, words && `${person.name}: ${words}`);
  }

  /** @param {Person} person @param {boolean} dark @param {import("./state.js").Track | undefined} video */
  missing(person, dark, video) {
    if (person.state === "reconnecting") return this.words.they_reconnect;
    if (person.blocked.includes("video")) return this.words.picture_blocked;
    if (dark) return this.words.picture_off;
    if (video && video.mid === null) return this.words.no_room;
    const given = this.words[`picture_${this.wires.hears ? "" : "silent_"}${person.picture}`];
    if (given) return given;
    return person.stalled.includes("video") ? this.words.picture_stalled : "";
  }

  /** @param {Map<string, number>} levels by mid, from 0 to 1 */
  sounds(levels) {
    const level = (this.mid && levels.get(this.mid)) || 0;
    this.element.dataset.speaking = String(level > SPEAKING);
  }

  /**
   * Another track is put in only once something arrives in it, so that the last frame of
   * the old one stays until then.
   * @param {HTMLMediaElement} element @param {string | null} mid
   */
  show(element, mid) {
    const track = this.wires.arriving(mid);
    const shown = element.srcObject instanceof MediaStream ? element.srcObject.getTracks()[0] : null;
    if (!track || track === shown || track === this.coming.get(element)) return;
    this.coming.set(element, track);
    const put = () => {
      if (this.coming.get(element) === track) this.put(element, track);
    };
    if (shown && track.muted) track.addEventListener("unmute", put, { once: true });
    else put();
  }

  /** @param {HTMLMediaElement} element @param {MediaStreamTrack} track */
  put(element, track) {
    this.coming.delete(element);
    element.srcObject = new MediaStream([track]);
    this.play(element);
  }

  /** @param {HTMLMediaElement} element */
  play(element) {
    element.play().catch((error) => {
      if (error.name === "NotAllowedError") this.wires.blocked();
    });
  }

  /** Sound may play now: a person pressed the button, or allowed the microphone. */
  sound() {
    this.play(this.audio);
  }

  remove() {
    this.wires.tell(this.element.dataset.participant ?? "", "");
    this.wires.tell(`hand ${this.element.dataset.participant}`, "");
    this.video.srcObject = this.audio.srcObject = null;
    this.element.remove();
  }
}

/** What stands in the place of a picture that is not sent. @type {Record<string, string>} */
const PICTURES = { paused: "still", audio_only: "card" };

/** @param {string} name @param {(Node | string)[]} inside @returns {HTMLSpanElement} */
function span(name, ...inside) {
  const element = document.createElement("span");
  element.className = name;
  element.append(...inside);
  return element;
}
