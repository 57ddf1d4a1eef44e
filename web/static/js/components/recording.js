// @ts-check
/** Makes one player of the videos of a recording, each of which plays by itself without. */

import { Player } from "../recordings/player.js";

const SKIP = 5;
const LEAP = 10;

/** @param {HTMLElement} root */
export function start(root) {
  const told = root.querySelector("script[type='application/json']");
  const player = new Player(root, JSON.parse(told?.textContent ?? "{}"));
  for (const one of root.querySelectorAll("[data-plain]")) one.remove();
  for (const one of root.querySelectorAll("[data-together]")) one.removeAttribute("hidden");
  press(player);
  root.addEventListener("keydown", (event) => key(player, event));
}

/** @param {Player} player */
function press(player) {
  player.button.addEventListener("click", () => player.toggle());
  player.part("back").addEventListener("click", () => player.skip(-LEAP));
  player.part("on").addEventListener("click", () => player.skip(LEAP));
  player.rate.addEventListener("change", () => player.turn());
  player.bar.addEventListener("input", () => {
    player.bar.setAttribute("data-held", "");
    player.seek(Number(player.bar.value));
    player.bar.removeAttribute("data-held");
  });
  player.lanes.forEach((lane) => {
    const figure = lane.video.closest("figure");
    const volume = /** @type {HTMLInputElement} */ (figure?.querySelector("[data-volume]"));
    volume.addEventListener("input", () => {
      lane.video.volume = Number(volume.value) / 100;
    });
  });
}

/** @param {Player} player @param {KeyboardEvent} event */
function key(player, event) {
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  const target = /** @type {HTMLElement} */ (event.target);
  // What the browser does with a key on a slider, a list or a button stays as it is.
  const own = target.matches("input, select, textarea, summary, a");
  const onButton = target.matches("button");
  const ahead = document.documentElement.dir === "rtl" ? "ArrowLeft" : "ArrowRight";
  const back = ahead === "ArrowLeft" ? "ArrowRight" : "ArrowLeft";
  /** @type {Record<string, () => void>} */
  const acts = {
    k: () => player.toggle(),
    j: () => player.skip(-LEAP),
    l: () => player.skip(LEAP),
    ",": () => player.hurry(-1),
    ".": () => player.hurry(1),
    ...(own ? {} : { [ahead]: () => player.skip(SKIP), [back]: () => player.skip(-SKIP) }),
    ...(own ? {} : { Home: () => player.seek(0), End: () => player.seek(player.timeline.seconds) }),
    ...(own || onButton ? {} : { " ": () => player.toggle() }),
  };
  // By the key's place too, for whoever has a Persian layout.
  const places = { KeyK: "k", KeyJ: "j", KeyL: "l", Comma: ",", Period: "." };
  const name = event.key in acts ? event.key : places[/** @type {keyof typeof places} */ (event.code)];
  const act = name === undefined || target.matches("select") ? undefined : acts[name];
  if (!act) return;
  event.preventDefault();
  act();
}
