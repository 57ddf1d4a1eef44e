// @ts-check
/** When the network under the page may have become another one, or the page was asleep. */

/** @param {() => void} act */
export function onReturn(act) {
  window.addEventListener("online", act);
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) act();
  });
  const connection = /** @type {any} */ (navigator).connection;
  let type = connection?.type;
  // It changes with every estimate of the speed; only another kind of network counts.
  connection?.addEventListener?.("change", () => {
    if (connection.type === type) return;
    type = connection.type;
    act();
  });
}
