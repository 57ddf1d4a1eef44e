// @ts-check
/** What the call is doing: facts that messages change, and a table that names the state.
 * Pure; knows neither sockets nor pages. */

/**
 * @typedef {"audio" | "video"} Kind
 * @typedef {{kind: Kind, mid: string | null, muted: boolean}} Track
 * @typedef {{id: string, part: string, name: string, state: string, quality: string,
 *   blocked: Kind[], tracks: Track[], stalled: Kind[], picture: string}} Person
 * @typedef {{id: number, tone: string, code: string, text: string, from: string}} Notice
 * @typedef {{number: number, participant: string, part: string, name: string, code: string, text: string}} Line
 * @typedef {{participant: string, since: string, until: string | null}} Watch
 * @typedef {{state: string, reason: string, by: string}} Recording
 * @typedef {{
 *   socket: "connecting" | "open" | "lost",
 *   joined: boolean, admitted: boolean, phase: string, me: string, part: string,
 *   people: Person[], publisher: string, subscriber: string, blocked: Kind[],
 *   quality: string, startsAt: number, endsAt: number, closesAt: number, skew: number,
 *   over: string, denial: string, opensAt: number, notices: Notice[],
 *   sends: {audio: string, video: string}, troubles: Partial<Record<Kind, string>>,
 *   troublesRead: boolean, soundBlocked: boolean, watched: boolean, publishQuality: string,
 *   owed: number, undone: string, why: string, stage: string, before: number, hands: string[], helped: string[],
 *   help: "none" | "waiting" | "answered", lines: Line[], read: number, hint: string,
 *   recording: Recording, asked: boolean, consent: boolean | null, consents: Record<string, boolean>, watching: Watch[],
 * }} Facts
 */

/** @returns {Facts} what is known before anything has happened */
export function begin() {
  return {
    socket: "connecting", joined: false, admitted: false, phase: "waiting", me: "", part: "",
    people: [], publisher: "none", subscriber: "none", blocked: [], quality: "good",
    startsAt: 0, endsAt: 0, closesAt: 0, skew: 0, over: "", denial: "", opensAt: 0, notices: [],
    sends: { audio: "none", video: "none" }, troubles: {}, troublesRead: false,
    soundBlocked: false, watched: true, publishQuality: "high",
    owed: 0, undone: "", why: "", stage: "", before: 0, hands: [], helped: [], help: "none", lines: [], read: 0, hint: "",
    recording: { state: "off", reason: "", by: "" }, asked: false, consent: null, consents: {}, watching: [],
  };
}

/** The first row that holds names the state. @type {[string, (facts: Facts) => boolean][]} */
export const STATES = [
  ["ended", (f) => f.over === "ended"],
  ["off", (f) => f.over === "off"],
  ["left", (f) => f.over === "left"],
  ["replaced", (f) => f.over === "replaced"],
  ["removed", (f) => f.over === "removed"],
  ["denied", (f) => f.over === "denied"],
  ["broken", (f) => f.over === "broken"],
  ["starting", (f) => !f.joined],
  ["reconnecting", (f) => f.socket === "lost"],
  ["waiting", (f) => f.phase === "waiting"],
  ["outside", (f) => !f.admitted],
  ["paused", (f) => f.phase === "paused"],
  ["held", (f) => !f.watched],
  ["reconnecting", (f) => isDown(f.publisher) || isDown(f.subscriber)],
  ["connecting", (f) => f.subscriber !== "connected"],
  ["live", () => true],
];

/** @param {Facts} facts @returns {string} */
export function stateOf(facts) {
  const row = STATES.find(([, holds]) => holds(facts));
  return row ? row[0] : "starting";
}

/** @param {string} leg @returns {boolean} whether a leg that stood is down */
function isDown(leg) {
  return leg === "silent";
}

/** @param {Facts} f @returns {boolean} whether somebody's sound should be arriving */
export function isSpokenTo(f) {
  if (f.phase !== "live" || !f.watched) return false;
  return f.people.some(
    (p) =>
      p.state === "connected" && !p.blocked.includes("audio") && !p.stalled.includes("audio") &&
      p.tracks.some((t) => t.kind === "audio" && t.mid && !t.muted),
  );
}

/** @type {Record<string, (facts: Facts, m: any, now: number) => Partial<Facts>>} */
const TOLD = {
  joined: (f, m, now) => ({
    joined: true, me: m.participant, part: m.part, phase: m.phase, admitted: m.admitted,
    blocked: m.blocked, skew: Date.parse(m.now) - now, startsAt: Date.parse(m.starts_at),
    endsAt: Date.parse(m.ends_at), closesAt: Date.parse(m.closes_at), quality: "good",
    hands: [], why: m.paused_for ?? "", watched: m.watched ?? true, publishQuality: m.resumed ? f.publishQuality : "high",
    ...recorded(m.recording), consents: {}, watching: m.resumed ? f.watching : [],
    people: m.participants.map((/** @type {Person} */ p) => {
      const known = m.resumed ? f.people.find((one) => one.id === p.id) : undefined;
      return { ...p, stalled: [], picture: known?.picture ?? "high" };
    }),
  }),
  participant_joined: (f, m) => ({
    people: [
      ...f.people.filter((p) => p.id !== m.participant.id),
      { ...m.participant, stalled: [], picture: "high" },
    ],
  }),
  participant_updated: (f, m) => change(f, m.participant, () => ({ state: m.state })),
  participant_left: (f, m) => ({
    people: f.people.filter((p) => p.id !== m.participant),
    hands: listed(f.hands, m.participant, false),
  }),
  track_published: (f, m) =>
    change(f, m.participant, (p) => ({
      tracks: [...without(p, m.kind), { kind: m.kind, mid: m.mid, muted: false }],
    })),
  track_unpublished: (f, m) => change(f, m.participant, (p) => ({ tracks: without(p, m.kind) })),
  track_muted: (f, m) => change(f, m.participant, (p) => ({ tracks: muted(p, m.kind, true) })),
  track_unmuted: (f, m) => change(f, m.participant, (p) => ({ tracks: muted(p, m.kind, false) })),
  stream_state: (f, m) =>
    change(f, m.participant, (p) => ({ stalled: switched(p.stalled, m.kind, m.state === "paused") })),
  video_quality: (f, m) => change(f, m.participant, () => ({ picture: m.quality })),
  publish_quality: (f, m) => ({ publishQuality: m.quality }),
  supervision: (f, m) => ({ watched: m.watched }),
  connection_quality: (f, m) =>
    m.participant === f.me ? { quality: m.quality } : change(f, m.participant, () => ({ quality: m.quality })),
  start: (f, m) => ({ phase: "live", endsAt: Date.parse(m.ends_at), closesAt: Date.parse(m.closes_at) }),
  awaited: (f, m) => ({ stage: m.stage, before: m.before }),
  help: (f, m) =>
    m.participant === f.me
      ? {
          help: m.waiting ? "waiting" : "answered",
          notices: m.waiting ? f.notices : noticed(f, "good", "help_answered"),
        }
      : { helped: listed(f.helped, m.participant, m.waiting) },
  hand: (f, m) => ({ hands: listed(f.hands, m.participant, m.raised) }),
  said: (f, m) =>
    f.lines.some((line) => line.number === m.number)
      ? {}
      : { lines: [...f.lines, m].sort((a, b) => a.number - b.number) },
  admit: () => ({ admitted: true }),
  pause: (f, m) => ({ phase: m.paused ? "paused" : "live", why: m.reason ?? "" }),
  mute: (f, m) =>
    m.participant === f.me
      ? { blocked: switched(f.blocked, m.kind, m.muted) }
      : change(f, m.participant, (p) => ({ blocked: switched(p.blocked, m.kind, m.muted) })),
  extend: (f, m) => ({
    endsAt: Date.parse(m.ends_at), closesAt: Date.parse(m.closes_at),
    notices: f.part === "monitor" ? f.notices : noticed(f, "good", m.reason === "lost_time" ? "given_back" : "extended"),
  }),
  time_left: (f, m) => ({ notices: noticed(f, "time", "time_left", String(Math.ceil(m.seconds / 60))) }),
  recording_state: (f, m) => ({ recording: { state: m.state, reason: m.reason, by: m.by } }),
  consented: (f, m) =>
    m.participant === f.me ? { consent: m.given } : { consents: { ...f.consents, [m.participant]: m.given } },
  watching: (f, m) => ({
    watching: [...f.watching.filter((w) => w.participant !== m.participant || w.since !== m.since), m],
  }),
  // Whoever watches said it, and reads beside the form that it was said.
  message: (f, m) => (f.part === "monitor" ? {} : { notices: noticed(f, "calm", m.code, m.text) }),
  warn: (f, m) => (f.part === "monitor" ? {} : { notices: noticed(f, "bad", m.code, m.text) }),
  deny: (f, m) => ({ over: "denied", denial: m.reason, opensAt: m.opens_at ? Date.parse(m.opens_at) : 0 }),
  end: (f, m) => ({ over: m.undone ? "off" : "ended", owed: m.minutes_owed, undone: m.undone }),
  leave: (f, m) =>
    m.reason === "restarting"
      ? {}
      : { over: ["replaced", "removed"].includes(m.reason) ? m.reason : "left", why: m.why ?? "" },
};

/**
 * The facts after a message from the service.
 * @param {Facts} facts @param {{type: string}} message @param {number} now @returns {Facts}
 */
export function told(facts, message, now) {
  const tell = TOLD[message.type];
  return tell ? { ...facts, ...tell(facts, message, now) } : facts;
}

/** @param {Facts} facts @param {string} tone @param {string} text @param {string} [from]
 * @returns {Facts} with a notice of the page's own */
export function noted(facts, tone, text, from = "") {
  return { ...facts, notices: noticed(facts, tone, "", text, from) };
}

/** @param {Facts} facts @param {number} id @returns {Facts} without a notice that was read */
export function dismissed(facts, id) {
  return { ...facts, notices: facts.notices.filter((notice) => notice.id !== id) };
}

let notices = 0;

/** @param {Facts} f @param {string} tone @param {string} code @param {string} [text] @param {string} [from]
 * @returns {Notice[]} */
function noticed(f, tone, code, text = "", from = "") {
  notices += 1;
  const rest = f.notices.filter((n) => !(n.tone === tone && n.code === code));
  return [...rest, { id: notices, tone, code, text, from }];
}

/** @param {any} told what `joined` says of recording; null in a privileged visit @returns {Partial<Facts>} */
function recorded(told) {
  const { state = "off", reason = "", by = "", asked = false, consent = null } = told ?? {};
  return { recording: { state, reason, by }, asked, consent };
}

/**
 * @param {Facts} f @param {string} id @param {(person: Person) => Partial<Person>} how
 * @returns {Partial<Facts>}
 */
function change(f, id, how) {
  return { people: f.people.map((p) => (p.id === id ? { ...p, ...how(p) } : p)) };
}

/** @param {Person} p @param {Kind} kind @returns {Track[]} */
function without(p, kind) {
  return p.tracks.filter((track) => track.kind !== kind);
}

/** @param {Person} p @param {Kind} kind @param {boolean} yes @returns {Track[]} */
function muted(p, kind, yes) {
  return p.tracks.map((track) => (track.kind === kind ? { ...track, muted: yes } : track));
}

/** @param {Kind[]} kinds @param {Kind} kind @param {boolean} on @returns {Kind[]} */
function switched(kinds, kind, on) {
  const rest = kinds.filter((one) => one !== kind);
  return on ? [...rest, kind] : rest;
}

/** @param {string[]} ids @param {string} id @param {boolean} on @returns {string[]} in the order of coming */
function listed(ids, id, on) {
  const rest = ids.filter((one) => one !== id);
  return on ? [...rest, id] : rest;
}
