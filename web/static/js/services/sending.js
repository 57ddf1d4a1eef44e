// @ts-check
/** Sends what one person wrote down, fifty at a time. An entry leaves this browser only
 * when the answer names it: what is sent twice is kept once over there. */

import { all, put, remove } from "./store.js";

const MOST = 50;
const PATIENCE_MS = 30_000;

/** @typedef {"" | "broken" | "over" | "other" | "failed"} Trouble */

/**
 * @param {string} owner @param {string} address
 * @returns {Promise<{sent: number, trouble: Trouble}>}
 */
export async function send(owner, address) {
  // Two tabs take turns, where the browser can do that; the service minds in any case.
  if (!navigator.locks) return sendAll(owner, address);
  return navigator.locks.request("services", () => sendAll(owner, address));
}

/** @param {string} owner @param {string} address @returns {Promise<{sent: number, trouble: Trouble}>} */
async function sendAll(owner, address) {
  let sent = 0;
  for (;;) {
    const mine = (await all()).filter((one) => one.owner === owner && !one.refused);
    const entries = mine.slice(0, MOST);
    if (!entries.length) return { sent, trouble: "" };
    const { answers, trouble } = await post(address, owner, entries);
    if (trouble) return { sent, trouble };
    const taken = answers.filter((one) => one.became !== "refused").map((one) => one.reference);
    await remove(taken);
    sent += taken.length;
    for (const one of answers.filter((answer) => answer.became === "refused")) {
      const entry = entries.find((other) => other.reference === one.reference);
      if (entry) await put({ ...entry, refused: one.words });
    }
    // An answer that names none of them would be asked for again for ever.
    if (!entries.some((one) => answers.some((answer) => answer.reference === one.reference))) {
      return { sent, trouble: "failed" };
    }
  }
}

/**
 * @param {string} address @param {string} owner @param {import("./store.js").Entry[]} entries
 * @returns {Promise<{answers: {reference: string, became: string, words: string}[], trouble: Trouble}>}
 */
async function post(address, owner, entries) {
  const none = { answers: [] };
  try {
    const response = await fetch(address, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json" },
      body: JSON.stringify({ owner, sent_at: new Date().toISOString(), entries }),
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    if (response.ok) return { answers: (await response.json()).answers, trouble: "" };
    if (response.status === 401) return { ...none, trouble: "over" };
    return { ...none, trouble: response.status === 409 || response.status === 404 ? "other" : "failed" };
  } catch {
    return { ...none, trouble: "broken" };
  }
}
