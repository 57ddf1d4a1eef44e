// @ts-check
/** Services written down in this browser, until the service has them; and for whom, at
 * which point, the page was opened last. */

/** @typedef {{reference: string, owner: string, point: number, kind: string, channel: string,
 *   number: number | null, people: number, note: string, done_at: string, refused?: string}} Entry */
/** @typedef {{name: "known", owner: string, point: number, pointName: string, version: string}} Known */

/** @returns {Promise<IDBDatabase>} */
function opened() {
  return new Promise((done, failed) => {
    const asked = indexedDB.open("services", 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore("entries", { keyPath: "reference" });
      asked.result.createObjectStore("known", { keyPath: "name" });
    };
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => failed(asked.error);
    asked.onblocked = () => failed(new Error("blocked"));
  });
}

/**
 * @template T
 * @param {"entries" | "known"} name @param {IDBTransactionMode} mode
 * @param {(store: IDBObjectStore) => IDBRequest<T> | null} act
 * @returns {Promise<T>} once it is on the disk
 */
async function within(name, mode, act) {
  const database = await opened();
  try {
    return await new Promise((done, failed) => {
      // A tablet may lose its power right after.
      const work = database.transaction(name, mode, { durability: "strict" });
      const asked = act(work.objectStore(name));
      work.oncomplete = () => done(/** @type {T} */ (asked?.result));
      work.onabort = work.onerror = () => failed(work.error);
    });
  } finally {
    database.close();
  }
}

/** @param {Entry} entry */
export async function put(entry) {
  await within("entries", "readwrite", (store) => store.put(entry));
}

/** @returns {Promise<Entry[]>} everybody's, the oldest first */
export async function all() {
  const every = /** @type {Entry[]} */ (await within("entries", "readonly", (store) => store.getAll()));
  return every.sort((one, other) => one.done_at.localeCompare(other.done_at));
}

/** @param {string[]} references */
export async function remove(references) {
  await within("entries", "readwrite", (store) => {
    for (const reference of references) store.delete(reference);
    return null;
  });
}

/** @returns {Promise<Known | undefined>} */
export function known() {
  return within("known", "readonly", (store) => store.get("known"));
}

/** @param {Omit<Known, "name">} what */
export async function know(what) {
  await within("known", "readwrite", (store) => store.put({ name: "known", ...what }));
}

/** For whom the page was opened is not known from now on. */
export async function forget() {
  await within("known", "readwrite", (store) => store.delete("known"));
}
