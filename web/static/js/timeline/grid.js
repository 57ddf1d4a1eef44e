// @ts-check
/** From cell to cell by arrow keys: to the next one in that direction in which there is
 * something to choose. In right-to-left writing the left arrow goes on. */

const LINKS = "a.slot__book, a.chip__move, .chip a";

/** @param {HTMLElement} table @param {KeyboardEvent} event */
export function step(table, event) {
  const way = direction(event.key);
  const from = /** @type {HTMLElement} */ (event.target).closest("td.slot");
  if (!way || !(from instanceof HTMLTableCellElement) || event.altKey || event.ctrlKey || event.metaKey) return;
  const next = find(table, from, way);
  if (!next) return;
  event.preventDefault();
  next.focus();
}

/** @param {string} key @returns {{rows: number, cells: number} | null} */
function direction(key) {
  const onward = document.documentElement.dir === "rtl" ? -1 : 1;
  if (key === "ArrowDown") return { rows: 1, cells: 0 };
  if (key === "ArrowUp") return { rows: -1, cells: 0 };
  if (key === "ArrowRight") return { rows: 0, cells: onward };
  if (key === "ArrowLeft") return { rows: 0, cells: -onward };
  return null;
}

/**
 * @param {HTMLElement} table @param {HTMLTableCellElement} from
 * @param {{rows: number, cells: number}} way
 * @returns {HTMLElement | null}
 */
function find(table, from, way) {
  const rows = [...table.querySelectorAll("tbody tr")];
  let row = rows.indexOf(/** @type {Element} */ (from.parentElement)) + way.rows;
  let cell = from.cellIndex + way.cells;
  while (row >= 0 && row < rows.length && cell >= 1) {
    const there = /** @type {HTMLTableRowElement} */ (rows[row]).cells[cell];
    if (!there) return null;
    const link = there.querySelector(LINKS);
    if (link instanceof HTMLElement) return link;
    row += way.rows;
    cell += way.cells;
  }
  return null;
}
