// @ts-check
/** Makes a chosen photo small before it is sent: any picture the browser can show becomes
 * a JPEG of at most 480 pixels, which a slow line carries and the service takes. */

const SIDE = 480;

/** @param {HTMLElement} form */
export function start(form) {
  const input = form.querySelector('input[type="file"]');
  if (!(input instanceof HTMLInputElement)) return;
  input.addEventListener("change", async () => {
    const file = input.files?.[0];
    if (!file) return;
    try {
      const chosen = new DataTransfer();
      chosen.items.add(new File([await small(file)], "photo.jpg", { type: "image/jpeg" }));
      input.files = chosen.files;
    } catch {
      // What the browser cannot read is sent as it is, and the service says what is wrong.
    }
  });
}

/** @param {File} file @returns {Promise<Blob>} */
async function small(file) {
  const picture = await createImageBitmap(file);
  const scale = Math.min(1, SIDE / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [Math.round(picture.width * scale), Math.round(picture.height * scale)];
  canvas.getContext("2d")?.drawImage(picture, 0, 0, canvas.width, canvas.height);
  return new Promise((done, failed) => {
    canvas.toBlob((blob) => (blob ? done(blob) : failed(new Error("no blob"))), "image/jpeg", 0.85);
  });
}
