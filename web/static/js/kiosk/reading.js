// @ts-check
/** Reads the QR code of a slip from a picture of the camera: with what the browser
 * brings, or with a library that is fetched only then. Knows the page not. */

const WIDEST = 640;
const CODE = /^\d{6}$/;

/** @typedef {{data: string} | null} Found */

/**
 * The code that a slip's picture carries.
 * @param {string} text as the picture says it
 * @returns {string | null} six digits; null if it is no slip of ours
 */
export function codeOf(text) {
  if (CODE.test(text.trim())) return text.trim();
  if (!URL.canParse(text)) return null;
  const address = new URL(text);
  const code = new URLSearchParams(address.hash.slice(1)).get("code") ?? "";
  return address.pathname.endsWith("/join") && CODE.test(code) ? code : null;
}

/** @returns {Promise<(video: HTMLVideoElement) => Promise<string | null>>} what reads one picture */
export async function reader() {
  const Detector = /** @type {any} */ (window).BarcodeDetector;
  if (Detector && (await Detector.getSupportedFormats()).includes("qr_code")) {
    const detector = new Detector({ formats: ["qr_code"] });
    return async (video) => (await detector.detect(video))[0]?.rawValue ?? null;
  }
  // @ts-ignore - a script of others, which leaves its function at the window.
  await import("../../vendor/jsqr/jsQR.js");
  const decode = /** @type {(pixels: Uint8ClampedArray, width: number, height: number, how: object) => Found} */ (
    /** @type {any} */ (window).jsQR
  );
  const canvas = document.createElement("canvas");
  const brush = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", { willReadFrequently: true }));
  return async (video) => {
    const scale = Math.min(1, WIDEST / video.videoWidth);
    canvas.width = Math.round(video.videoWidth * scale);
    canvas.height = Math.round(video.videoHeight * scale);
    brush.drawImage(video, 0, 0, canvas.width, canvas.height);
    const { data, width, height } = brush.getImageData(0, 0, canvas.width, canvas.height);
    return decode(data, width, height, { inversionAttempts: "dontInvert" })?.data || null;
  };
}
