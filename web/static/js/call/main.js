// @ts-check
/** The call page: joins protocol, media and picture. The only file that knows all three. */

import { conduct } from "./conduct.js";
import { inspection } from "./inspect.js";
import { Media } from "./media.js";
import { Signaling } from "./signaling.js";
import { begin, dismissed, stateOf, told } from "./state.js";
import { View } from "./view.js";

const SPEAKS = new Set(["prisoner", "visitor", "official", "interpreter"]);

const root = /** @type {HTMLElement} */ (document.getElementById("call"));
const words = JSON.parse(document.getElementById("words")?.textContent ?? "{}");
const part = root.dataset.part ?? "";
let facts = begin();

const media = new Media(
  {
    send: (message) => signaling.send(message),
    onLeg: (target, state) => become({ [target]: state }),
    onTracks: () => became(),
  },
  { speaks: SPEAKS.has(part), hears: part !== "companion" },
);

const opened = media.open();

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
  arriving: (mid) => media.arriving(mid),
  hears: part !== "companion",
  dismiss: (id) => {
    facts = dismissed(facts, id);
    draw();
  },
  blocked: () => become({ soundBlocked: true }),
});

/** @param {Partial<import("./state.js").Facts>} change */
function become(change) {
  facts = { ...facts, ...change };
  draw();
}

/** Our own camera or microphone changed, or what arrives did. */
function became() {
  const sends = { audio: media.sends("audio"), video: media.sends("video") };
  if (JSON.stringify(sends) !== JSON.stringify(facts.sends)) signaling.send({ type: "tracks", ...sends });
  become({ sends, troubles: { ...media.troubles } });
}

function draw() {
  const state = stateOf(facts);
  view.draw(facts, state);
  view.time(facts, Date.now());
  if (facts.over) finish();
}

/** @param {import("./signaling.js").Message} message */
function hear(message) {
  const before = facts;
  facts = told(facts, message, Date.now());
  if (message.type === "joined") joined(message);
  if (message.type === "admit") publish();
  if (message.type === "offer") media.offered(message.sdp);
  if (message.type === "answer") media.answered(message.sdp);
  if (message.type === "error" && message.code === "bad_sdp") media.recover();
  if (facts !== before) draw();
}

/** @param {import("./signaling.js").Message} message */
function joined(message) {
  media.iceServers = message.ice_servers.map((/** @type {any} */ server) =>
    server.username ? server : { urls: server.urls },
  );
  if (message.resumed) {
    signaling.send({ type: "tracks", audio: media.sends("audio"), video: media.sends("video") });
    media.recover();
    return;
  }
  media.forget();
  facts = { ...facts, publisher: "none", subscriber: "none" };
  if (message.admitted) publish();
}

/** Whoever is admitted before the browser was allowed to film sends when it is. */
async function publish() {
  if (!SPEAKS.has(part)) return;
  await opened;
  signaling.send({ type: "tracks", audio: media.sends("audio"), video: media.sends("video") });
  media.publish();
}

let finished = false;

function finish() {
  if (finished) return;
  finished = true;
  signaling.done = true;
  media.close();
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
    media.toggle(kind);
    became();
  });
}
const leaving = /** @type {HTMLDialogElement} */ (view.part("leaving"));
view.part("leave").addEventListener("click", () => leaving.showModal());
view.part("stay").addEventListener("click", () => leaving.close());
view.part("go").addEventListener("click", () => {
  leaving.close();
  signaling.leave();
  become({ over: "left" });
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
document.addEventListener("visibilitychange", () => {
  if (!document.hidden && !facts.over) awake(true);
});
window.setInterval(() => view.time(facts, Date.now()), 1000);

/** @type {any} */ (window).visitation = { inspect: () => inspection(facts, stateOf(facts), media) };

draw();
awake(true);
signaling.connect();
opened.then(() => {
  const own = /** @type {HTMLVideoElement} */ (view.part("own"));
  if (media.own.video) own.srcObject = new MediaStream([media.own.video]);
  became();
  // A page that captures may play sound: what was blocked before needs no button now.
  if (facts.soundBlocked) startSound();
});
conduct(root, words);
