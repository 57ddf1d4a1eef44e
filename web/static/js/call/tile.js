// @ts-check
/** One person's picture: their video, their sound, and what to say when either is missing. */

/** @typedef {import("./state.js").Person} Person */

export class Tile {
  /**
   * @param {Record<string, string>} words
   * @param {{arriving: (mid: string | null) => MediaStreamTrack | null, hears: boolean, blocked: () => void}} wires
   */
  constructor(words, wires) {
    this.words = words;
    this.wires = wires;
    this.element = document.createElement("figure");
    this.element.className = "tile";
    this.video = document.createElement("video");
    this.video.autoplay = this.video.playsInline = this.video.muted = true;
    this.audio = document.createElement("audio");
    this.audio.autoplay = true;
    this.initial = span("tile__initial");
    this.initial.setAttribute("aria-hidden", "true");
    this.notice = span("tile__notice");
    this.caption = document.createElement("figcaption");
    this.caption.className = "tile__caption";
    this.name = document.createElement("bdi");
    this.signs = span("tile__signs");
    this.caption.append(this.name, this.signs);
    this.element.append(this.video, this.audio, this.initial, this.notice, this.caption);
  }

  /** @param {Person} person @param {boolean} first */
  draw(person, first) {
    this.element.classList.toggle("tile--first", first);
    this.element.dataset.participant = person.id;
    this.element.dataset.part = person.part;
    const video = person.tracks.find((track) => track.kind === "video");
    const audio = person.tracks.find((track) => track.kind === "audio");
    const dark = !video || video.muted || person.blocked.includes("video");
    this.element.dataset.picture = dark ? "none" : "on";
    this.show(this.video, video?.mid ?? null);
    if (this.wires.hears) this.show(this.audio, audio?.mid ?? null);
    this.name.textContent = person.name;
    this.initial.textContent = [...person.name.trim()][0] ?? "";
    this.notice.textContent = this.missing(person, dark, video);
    this.notice.hidden = !this.notice.textContent;
    const silent = this.wires.hears && (person.blocked.includes("audio") || !audio || audio.muted);
    const line = person.quality === "good" ? "" : this.words[`quality_${person.quality}`];
    this.signs.textContent = [silent ? this.words.is_muted : "", line].filter(Boolean).join(" · ");
  }

  /** @param {Person} person @param {boolean} dark @param {import("./state.js").Track | undefined} video */
  missing(person, dark, video) {
    if (person.state === "reconnecting") return this.words.they_reconnect;
    if (person.blocked.includes("video")) return this.words.picture_blocked;
    if (dark) return this.words.picture_off;
    if (video && video.mid === null) return this.words.no_room;
    return person.stalled.includes("video") ? this.words.picture_stalled : "";
  }

  /**
   * Another track is put in only once something arrives in it, so that the last frame of
   * the old one stays until then.
   * @param {HTMLMediaElement} element @param {string | null} mid
   */
  show(element, mid) {
    const track = this.wires.arriving(mid);
    const shown = element.srcObject instanceof MediaStream ? element.srcObject.getTracks()[0] : null;
    if (!track || track === shown) return;
    if (shown && track.muted) {
      track.addEventListener("unmute", () => this.put(element, track), { once: true });
    } else this.put(element, track);
  }

  /** @param {HTMLMediaElement} element @param {MediaStreamTrack} track */
  put(element, track) {
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
    this.video.srcObject = this.audio.srcObject = null;
    this.element.remove();
  }
}

/**
 * @param {Record<string, string>} words
 * @param {{arriving: (mid: string | null) => MediaStreamTrack | null, hears: boolean, blocked: () => void}} wires
 */
export function tile(words, wires) {
  return new Tile(words, wires);
}

/** @param {string} name */
function span(name) {
  const element = document.createElement("span");
  element.className = name;
  return element;
}
