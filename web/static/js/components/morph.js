// @ts-check
/** Makes a part of the page equal to a fresh copy of it, touching only what differs.
 *
 * Elements keep their identity where name and id agree: focus, a caret, an open
 * `details`, a playing video and what was typed stay. What stands inside `data-keep` is a
 * script's own and is left alone. */

/** A script's own state, which a fresh copy knows nothing of. */
const OWN = new Set(["open", "data-mine"]);

/** @param {Element} now @param {Element} fresh */
export function morph(now, fresh) {
  const kept = now.hasAttribute("data-keep");
  attributes(now, fresh, kept);
  if (!kept) children(now, fresh);
}

/** @param {Element} now @param {Element} fresh */
export function children(now, fresh) {
  const wanted = [...fresh.childNodes];
  let here = now.firstChild;
  for (const node of wanted) {
    const match = matching(now, here, node);
    if (match) {
      if (match === here) here = here.nextSibling;
      else now.insertBefore(match, here);
      if (match instanceof Element && node instanceof Element) morph(match, node);
      else if (match.nodeValue !== node.nodeValue) match.nodeValue = node.nodeValue;
    } else {
      now.insertBefore(document.importNode(node, true), here);
    }
  }
  while (here) {
    const next = here.nextSibling;
    if (!(here instanceof Element && here.hasAttribute("data-mine"))) here.remove();
    here = next;
  }
}

/**
 * What of the page stands for a fresh node: the element of its id wherever it is, else the
 * next one that has no id either and is of its kind.
 * @param {Element} now @param {ChildNode | null} here @param {ChildNode} node
 * @returns {ChildNode | null}
 */
function matching(now, here, node) {
  if (node instanceof Element && node.id) {
    const known = [...now.children].find((one) => one.id === node.id && one.nodeName === node.nodeName);
    return known ?? null;
  }
  for (let one = here; one; one = one.nextSibling) {
    if (one.nodeName !== node.nodeName) continue;
    if (one instanceof Element && (one.id || one.hasAttribute("data-mine"))) continue;
    return one;
  }
  return null;
}

/** @param {Element} now @param {Element} fresh @param {boolean} kept whether those that a script set stay */
function attributes(now, fresh, kept) {
  for (const { name } of kept ? [] : [...now.attributes]) {
    if (!fresh.hasAttribute(name) && !OWN.has(name)) now.removeAttribute(name);
  }
  for (const { name, value } of fresh.attributes) {
    if (OWN.has(name) || now.getAttribute(name) === value) continue;
    now.setAttribute(name, value);
  }
}
