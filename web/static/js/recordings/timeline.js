// @ts-check
/** What is where on the time of a recording. Pure: seconds in, pieces out. */

/**
 * @typedef {object} Piece one file of one participant
 * @property {string} source its address
 * @property {number} from second at which it begins
 * @property {number} to second at which it ends
 */

/**
 * @typedef {object} LaneFacts
 * @property {number} number of the participant on this page
 * @property {Piece[]} pieces in their order
 * @property {[number, number][]} blanks where there is nothing of them
 * @property {[number, number][]} unseen where there is sound of them, and no picture
 */

/**
 * @typedef {object} Timeline
 * @property {number} seconds how long it is
 * @property {LaneFacts[]} lanes one for each participant
 */

/** @param {LaneFacts} lane @param {number} at @returns {Piece | null} the file for a second */
export function pieceAt(lane, at) {
  // Where two overlap, the later one is the one that goes on.
  const found = lane.pieces.filter((one) => one.from <= at && at < one.to);
  return found[found.length - 1] ?? null;
}

/** @param {[number, number][]} stretches @param {number} at @returns {boolean} */
export function isIn(stretches, at) {
  return stretches.some(([from, to]) => from <= at && at < to);
}

/** @param {number} seconds @param {number} least @param {number} most */
export function within(seconds, least, most) {
  return Math.min(most, Math.max(least, seconds));
}

/** @param {number} seconds @param {string} lang @returns {string} as 0:12 or 1:02:03 */
export function clock(seconds, lang) {
  const whole = Math.floor(seconds);
  const plain = new Intl.NumberFormat(lang, { useGrouping: false });
  const two = new Intl.NumberFormat(lang, { useGrouping: false, minimumIntegerDigits: 2 });
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60];
  const parts = hours ? [plain.format(hours), two.format(minutes)] : [plain.format(minutes)];
  return [...parts, two.format(rest)].join(":");
}
