// @ts-check
/** The screen belongs to the page alone: full from the first tap on, no menu of the
 * browser, and no way back. Letters may be enlarged, and nothing else is taken away. */

const WINDOWED = "windowed";
const BACKWARDS = new Set(["ArrowLeft", "ArrowRight", "Home"]);

export function screen() {
  document.addEventListener("click", fill);
  for (const name of ["contextmenu", "dragstart"]) {
    document.addEventListener(name, (event) => event.preventDefault());
  }
  document.addEventListener("keydown", (event) => {
    const back = event.altKey && BACKWARDS.has(event.key);
    if (back || event.key === "BrowserBack" || event.key === "BrowserForward") event.preventDefault();
  });
  // The last family's pages are closed to the next one anyway; this spares it the sight.
  history.pushState(null, "");
  window.addEventListener("popstate", () => history.pushState(null, ""));
}

/** Staff want to see the window; until the first page is shown again. */
export function leave() {
  sessionStorage.setItem(WINDOWED, "yes");
  if (document.fullscreenElement) document.exitFullscreen();
}

async function fill() {
  const full = document.fullscreenElement || matchMedia("(display-mode: fullscreen)").matches;
  if (full || !document.fullscreenEnabled || sessionStorage.getItem(WINDOWED)) return;
  try {
    await document.documentElement.requestFullscreen();
  } catch {
    // A browser that refuses shows its frame, and everything works.
  }
}
