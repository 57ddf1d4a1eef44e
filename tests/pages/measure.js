// What axe does not say of a page: whether it fits, whether what has the focus shows
// it, whether families can hit what they press. Gives pairs of a rule
// and an element; what no size changes is asked for once.
(once) => {
  const found = [];
  const say = (rule, element, more = "") =>
    found.push([rule, `${element.cloneNode(false).outerHTML.slice(0, 160)} ${more}`]);
  const shown = (element) =>
    element.checkVisibility({ visibilityProperty: true, opacityProperty: true });
  const box = (element) => element.getBoundingClientRect();
  const hiddenFromSight = (element) =>
    box(element).width <= 1 || box(element).height <= 1 || element.closest(".for-readers, caption, thead") !== null && getComputedStyle(element).clipPath !== "none";
  const scrolls = (element) =>
    element !== document.documentElement && /auto|scroll|hidden|clip/.test(getComputedStyle(element).overflowX);
  const all = [...document.body.querySelectorAll("*")].filter(shown);

  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth > width) {
    const wide = all.filter((one) => {
      const { left, right } = box(one);
      if (left >= -1 && right <= width + 1) return false;
      for (let up = one.parentElement; up; up = up.parentElement) if (scrolls(up) && up !== document.body) return false;
      return true;
    });
    say("does-not-fit", wide.at(-1) ?? document.documentElement, `${document.documentElement.scrollWidth}px`);
  }
  for (const one of all) {
    const style = getComputedStyle(one);
    if (!/hidden|clip/.test(style.overflowX) || hiddenFromSight(one) || one.closest("svg")) continue;
    if (one.innerText?.trim() && one.scrollWidth > one.clientWidth + 1) {
      say("clipped", one, `${one.scrollWidth} in ${one.clientWidth}px`);
    }
  }

  if (document.body.classList.contains("family")) {
    for (const one of document.querySelectorAll("main :is(button, .button, .door, input:not([type=hidden]), select)")) {
      if (!shown(one) || hiddenFromSight(one)) continue;
      const parts = [one, ...(one.labels ?? [])].map(box);
      const across = Math.max(...parts.map((part) => part.width));
      const height = Math.max(...parts.map((part) => part.height));
      if (across < 47.5 || height < 47.5) say("small-target", one, `${across.toFixed()}×${height.toFixed()}`);
    }
  }

  if (!once) return found;
  const heads = all.filter((one) => one.localName === "h1").length;
  if (heads !== 1) say("one-heading", document.body, `${heads} h1`);
  const skip = document.querySelector("a.skip");
  if (!skip || !document.querySelector(skip.getAttribute("href"))) say("skip-link", document.body);

  const marks = (element) => {
    const style = getComputedStyle(element);
    return ["outlineStyle", "outlineWidth", "outlineColor", "boxShadow", "borderColor", "backgroundColor", "textDecorationLine"]
      .map((name) => style[name]).join();
  };
  const before = document.activeElement;
  for (const one of document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex='0']")) {
    if (!shown(one) || one.disabled || one.type === "hidden") continue;
    const near = [one, one.parentElement, one.nextElementSibling, one.closest("label, li, td, th")].filter(Boolean);
    const plain = near.map(marks).join();
    one.focus({ preventScroll: true });
    if (document.activeElement !== one) continue;
    if (near.map(marks).join() === plain && one.matches(":focus")) say("no-focus-mark", one);
    one.blur();
  }
  before?.focus?.({ preventScroll: true });
  return found;
}
