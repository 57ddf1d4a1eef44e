// @ts-check
/** The call page: joins protocol, media and picture. The only file that knows all three. */

import { isMissing } from "../check/loudspeaker.js";
import { Answer } from "./answer.js";
import { Chat, said } from "./chat.js";
import { Devices } from "./devices.js";
import { Meter } from "./ears.js";
import { helping } from "./help.js";
import { shortcuts } from "./keys.js";
import { Media } from "./media.js";
import { onReturn } from "./network.js";
import { protection } from "./protected.js";
import { Signaling } from "./signaling.js";
import * as speech from "./speech.js";
import { begin, dismissed, isSpokenTo, noted, stateOf, told } from "./state.js";
import { View } from "./view.js";

const SPEAKS = new Set(["prisoner", "visitor", "official", "interpreter"]);

const root = /** @type {HTMLElement} */ (document.getElementById("call"));
const words = JSON.parse(document.getElementById("words")?.textContent ?? "{}");
const part = root.dataset.part ?? "";
let facts = begin();
/** @type {typeof import("./conduct.js") | null} */
let conducting = null;

const devices = new Devices({
  speaks: SPEAKS.has(part),
  onChange: () => became(),
  onLost: () => speech.tell("camera_lost"),
  onFound: () => {
    show();
    publish();
  },
});
const meter = new Meter({
  state: () => (facts.phase === "waiting" ? "none" : facts.sends.audio),
  onHint: (hint) => {
    if (hint === "speaks_muted") speech.tell("speaks_muted");
    become({ hint });
  },
});

const media = new Media(
  {
    send: (message) => signaling.send(message),
    line: () => ({ ready: signaling.ready, heard: signaling.heard, roundTrip: signaling.roundTrip }),
    probe: () => signaling.hurry(),
    expects: (target) => target === "publisher" || isSpokenTo(facts),
    onLeg: (target, state) => become({ [target]: state }),
    onTracks: () => draw(),
    onSender: (sender) => guard.sends(sender),
    holdsBack: () => guard.holdsBack,
    onReceiver: (transceiver) => guard.receives(transceiver),
    onLevels: (levels) => view.sounds(levels),
  },
  { tracks: () => devices.live(), hears: part !== "companion" },
);

const opened = devices.open();

const signaling = new Signaling({
  socketUrl: (root.dataset.socket ?? "").replace(/^/, location.origin.replace(/^http/, "ws")),
  ticketUrl: root.dataset.ticketUrl ?? "",
  ticket: root.dataset.ticket ?? "",
  onMessage: hear,
  onSocket: (state) => {
    if (state === "broken" || state === "denied") become({ over: state });
    else become({ socket: state });
  },
});

const view = new View(root, words, {
  arriving: (mid) => media.subscriber.arriving(mid),
  hears: part !== "companion",
  dismiss: (id) => {
    facts = dismissed(facts, id);
    draw();
  },
  blocked: () => become({ soundBlocked: true }),
  consent: (given) => {
    if (!answer.give(given)) note("own", words.consent_waits);
  },
});

const guard = protection(root, {
  send: (message) => signaling.send(message),
  prints: () => media.prints(),
  tell: (said) => view.announcer.tell("protection", said),
  held: () => {
    became();
    if (!guard.holdsBack && facts.admitted && !media.publisher.newest) publish();
  },
  rebuild: () => {
    publish();
    media.subscriber.ask(true);
  },
  leave,
});

/** The service may refuse what was written or answered; it does not say which. */
const ANSWERED_MS = 5000;
let saidAt = -Infinity;
const answer = new Answer((message) => signaling.send(message));

const chat = new Chat(root, words, {
  say: (code, text) => {
    saidAt = performance.now();
    return signaling.send({ type: "say", code, text });
  },
  read: (number) => become({ read: number }),
  came: (line) => {
    // Whoever watches has every line beside the picture.
    if (part !== "monitor") facts = noted(facts, "chat", said(line, words), line.name);
  },
  failed: () => note("own", words.said_failed),
});

/** @param {string} tone @param {string} text */
function note(tone, text) {
  facts = noted(facts, tone, text);
  draw();
}

/** @param {Partial<import("./state.js").Facts>} change */
function become(change) {
  facts = { ...facts, ...change };
  draw();
}

/** Our own camera or microphone changed. */
function became() {
  if (JSON.stringify(sending()) !== JSON.stringify(facts.sends)) signaling.send({ type: "tracks", ...sending() });
  const fresh = Object.entries(devices.troubles).some(([kind, why]) => facts.troubles[/** @type {"audio"} */ (kind)] !== why);
  become({ sends: sending(), troubles: { ...devices.troubles }, troublesRead: facts.troublesRead && !fresh });
}

function sending() {
  const sends = { audio: devices.sends("audio"), video: devices.sends("video") };
  if (!guard.holdsBack) return sends;
  return { audio: sends.audio === "on" ? "muted" : sends.audio, video: sends.video === "on" ? "muted" : sends.video };
}

function draw() {
  const state = stateOf(facts);
  speech.stateChanged(document.documentElement.dataset.callState ?? "", state, facts);
  chat.draw(facts);
  view.draw(facts, state);
  guard.draw(facts);
  view.time(facts, Date.now());
  conducting?.draw(root, facts, words);
  if (facts.over) finish();
}

/** What is done at once about a message, beside what the page shows of it.
 * @type {Record<string, (message: any) => unknown>} */
const DONE = {
  joined,
  admit: () => {
    guard.admitted(facts.me);
    publish();
  },
  confided: (message) => guard.heard(message),
  offer: (message) => media.offered(message.sdp),
  answer: (message) => media.answered(message.sdp),
  renegotiate: (message) => media.renegotiate(message.target, message.rebuild),
  publish_quality: (message) => media.sendOnly(message.quality),
  error: (message) => {
    if (message.code === "bad_sdp") media.refused();
    else if (performance.now() - Math.max(saidAt, answer.at) < ANSWERED_MS) {
      note("own", answer.at > saidAt ? words.consent_failed : words.said_failed);
    }
  },
};

/** @param {import("./signaling.js").Message} message */
function hear(message) {
  const before = facts;
  facts = told(facts, message, Date.now());
  DONE[message.type]?.(message);
  answer.heard(message);
  speech.heard(message, before, facts);
  if (facts !== before) draw();
}

/** @param {any} message */
function joined(message) {
  media.relayBy(
    message.ice_servers.map((/** @type {any} */ server) => (server.username ? server : { urls: server.urls })),
  );
  if (message.resumed) {
    signaling.send({ type: "tracks", ...sending() });
    media.recover();
    guard.returned();
    // We were admitted, and that was said to the socket that broke.
    if (!media.publisher.newest) publish();
    return;
  }
  media.forget();
  if (!message.admitted) return;
  guard.admitted(facts.me);
  publish();
}

/** Whoever is admitted before the browser was allowed to film sends when it is. */
async function publish() {
  if (!SPEAKS.has(part)) return;
  await opened;
  signaling.send({ type: "tracks", ...sending() });
  media.publish();
}

let finished = false;

function finish() {
  if (finished) return;
  finished = true;
  signaling.done = true;
  media.close();
  guard.close();
  devices.close();
  meter.stop();
  awake(false);
}

/** @type {WakeLockSentinel | null} */
let lock = null;

/** Keep the screen on during the call, where the browser can. @param {boolean} on */
async function awake(on) {
  if (!on) return lock?.release();
  try {
    lock = await navigator.wakeLock?.request("screen");
  } catch {
    lock = null;
  }
}

for (const kind of /** @type {const} */ (["audio", "video"])) {
  view.part(kind).addEventListener("click", () => {
    devices.toggle(kind);
    became();
  });
}
const leaving = /** @type {HTMLDialogElement} */ (view.part("leaving"));
view.part("leave").addEventListener("click", () => leaving.showModal());
view.part("stay").addEventListener("click", () => leaving.close());
view.part("go").addEventListener("click", () => {
  leaving.close();
  leave();
});

function leave() {
  signaling.leave();
  become({ over: "left" });
}

view.part("trouble-again").addEventListener("click", () => devices.retake());
const hand = root.querySelector('[data-part-of-call="hand"]');
hand?.addEventListener("click", () =>
  signaling.send({ type: "raise_hand", raised: !facts.hands.includes(facts.me) }),
);
helping(root, {
  phase: () => facts.phase,
  asked: () => {
    become({ help: "waiting" });
    note("own", words.help_waiting);
  },
  failed: () => note("own", words.help_failed),
});
const button = (/** @type {string} */ name) => /** @type {HTMLElement | null} */ (root.querySelector(`[data-part-of-call="${name}"]`));
shortcuts({
  1: () => button("audio"),
  2: () => button("video"),
  3: () => button("hand"),
  4: () => button("write"),
  5: () => button("help"),
  6: () => button("recording"),
  0: () => button("leave"),
});
view.part("sound").addEventListener("click", startSound);

function startSound() {
  become({ soundBlocked: false });
  for (const tile of view.tiles.values()) tile.sound();
}

view.part("trouble-read").addEventListener("click", () => become({ troublesRead: true }));
for (const again of root.querySelectorAll("[data-again]")) {
  again.addEventListener("click", () => location.reload());
}
onReturn(() => {
  if (facts.over) return;
  signaling.hurry();
  media.doubt();
  awake(true);
});
window.setInterval(() => view.time(facts, Date.now()), 1000);

/** @type {any} */ (window).visitation = {
  inspect: async () => (await import("./inspect.js")).inspection(facts, stateOf(facts), media),
  protection: () => guard.inspect(),
};

draw();
awake(true);
signaling.connect();
/** One's own picture, and an ear for one's own voice. */
function show() {
  const own = /** @type {HTMLVideoElement} */ (view.part("own"));
  if (devices.own.video) own.srcObject = new MediaStream([devices.own.video]);
  meter.listen(devices.own.audio);
}

opened.then(async () => {
  show();
  became();
  if (await isMissing()) become({ hint: "no_speaker" });
  // A page that captures may play sound: what was blocked before needs no button now.
  if (facts.soundBlocked) startSound();
});
// What families have no use for they need not fetch.
if (part === "monitor") {
  import("./conduct.js").then((module) => {
    conducting = module;
    module.conduct(root, words);
    draw();
  });
}
