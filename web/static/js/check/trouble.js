// @ts-check
/** What a browser's refusal of a device means for the person before it. */

/**
 * @param {unknown} error as `getUserMedia` rejects with
 * @returns {"refused" | "missing" | "busy" | "unsure"}
 */
export function troubleOf(error) {
  const name = error instanceof DOMException ? error.name : "";
  if (name === "NotAllowedError" || name === "SecurityError") return "refused";
  if (name === "NotFoundError" || name === "OverconstrainedError") return "missing";
  if (name === "NotReadableError" || name === "AbortError") return "busy";
  return "unsure";
}

/**
 * A stream of one kind. Without HTTPS browsers have no such function: it is missing.
 * @param {MediaStreamConstraints} wanted
 * @returns {Promise<MediaStream>}
 */
export function open(wanted) {
  if (!navigator.mediaDevices) throw new DOMException("no devices", "NotFoundError");
  return navigator.mediaDevices.getUserMedia(wanted);
}
