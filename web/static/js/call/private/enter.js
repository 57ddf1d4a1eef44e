// @ts-check
/** Joins what protects a privileged visit with its panel on the page. */

import { protectWith } from "../protected.js";
import { Panel } from "./panel.js";
import { Protection } from "./protection.js";

protectWith((root, wires) => {
  const read = (/** @type {string} */ id) => JSON.parse(document.getElementById(id)?.textContent ?? "{}");
  const words = { ...read("words"), ...read("private-words") };
  let held = false;
  /** @type {import("../state.js").Facts | null} */
  let facts = null;
  /** @type {import("./protection.js").Shown | null} */
  let shown = null;
  const draw = () => {
    if (shown && facts) panel.draw(shown, facts);
  };
  const protection = new Protection(root.dataset.private ?? "", {
    send: wires.send,
    prints: wires.prints,
    rebuild: wires.rebuild,
    changed: (now) => {
      shown = now;
      draw();
      if (held === protection.holdsBack) return;
      held = protection.holdsBack;
      wires.held();
    },
  });
  const panel = new Panel(root, words, {
    tell: wires.tell,
    leave: wires.leave,
    compare: (alike) => protection.compare(alike),
    renew: () => protection.renew(),
    accept: () => protection.accept(),
  });
  return {
    get holdsBack() {
      return protection.holdsBack;
    },
    sends: (sender) => protection.sends(sender),
    receives: (transceiver) => protection.receives(transceiver),
    admitted: (me) => protection.admitted(me),
    returned: () => protection.returned(),
    heard: (message) => protection.heard(message),
    draw: (now) => {
      facts = now;
      protection.draw(now);
      draw();
    },
    close: () => protection.close(),
    inspect: async () => ({ ...shown, phrase: [...(shown?.phrase ?? [])], counted: await protection.guard.counted() }),
  };
});
