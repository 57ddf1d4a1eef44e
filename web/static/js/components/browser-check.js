// @ts-check
/** Shows a note where the browser can run scripts but cannot hold a call. */

/** @param {HTMLElement} note hidden */
export function start(note) {
  const able = "RTCPeerConnection" in window && "WebSocket" in window && navigator.mediaDevices;
  note.hidden = Boolean(able);
}
