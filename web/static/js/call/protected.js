// @ts-check
/** Where a privileged visit puts what protects it; any other call has nothing there.
 *
 * Its modules are loaded before the page's own, and only in such a visit: no other page
 * carries them over a slow line. */

/**
 * @typedef {{
 *   send: (message: {type: string, [field: string]: any}) => boolean,
 *   prints: () => string[] | null,
 *   tell: (words: string) => void,
 *   held: () => void,
 *   rebuild: () => void,
 *   leave: () => void,
 * }} Wires `prints` are the fingerprints of the legs; `held` is that `holdsBack` changed,
 *   `rebuild` makes both legs anew
 * @typedef {{
 *   holdsBack: boolean,
 *   sends: (sender: RTCRtpSender) => void,
 *   receives: (transceiver: RTCRtpTransceiver) => void,
 *   admitted: (me: string) => unknown,
 *   returned: () => void,
 *   heard: (message: any) => void,
 *   draw: (facts: import("./state.js").Facts) => void,
 *   close: () => void,
 *   inspect: () => Promise<object>,
 * }} Protected
 */

/** @type {Protected} */
const NOTHING = {
  holdsBack: false, sends: () => undefined, receives: () => undefined, admitted: () => undefined,
  returned: () => undefined, heard: () => undefined, draw: () => undefined, close: () => undefined,
  inspect: async () => ({}),
};

/** @type {(root: HTMLElement, wires: Wires) => Protected} */
let make = () => NOTHING;

/** @param {typeof make} how */
export function protectWith(how) {
  make = how;
}

/** @param {HTMLElement} root @param {Wires} wires @returns {Protected} */
export function protection(root, wires) {
  return make(root, wires);
}
