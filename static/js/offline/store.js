// What the device keeps, in IndexedDB: the queue of registers that wait to be sent, and today's register pages.
// The queue holds ids and kinds and the name of the class; the pages are encrypted (see pages.js).
const NAME = "shouxue";
const VERSION = 1;
let opening = null;

function database() {
  opening ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, VERSION);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("queue", { keyPath: ["person", "path"] });
      request.result.createObjectStore("pages", { keyPath: "path" });
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  return opening;
}

/** Do `work` with a store in a transaction of its own; what its request brought, once everything is written. */
async function run(store, mode, work) {
  const transaction = (await database()).transaction(store, mode, { durability: "strict" });
  return new Promise((resolve, reject) => {
    const request = work(transaction.objectStore(store));
    transaction.oncomplete = () => resolve(request.result);
    transaction.onabort = () => reject(transaction.error);
  });
}

export const get = (store, key) => run(store, "readonly", (rows) => rows.get(key));
export const all = (store) => run(store, "readonly", (rows) => rows.getAll());
export const put = (store, row) => run(store, "readwrite", (rows) => rows.put(row));
export const remove = (store, key) => run(store, "readwrite", (rows) => rows.delete(key));
export const clear = (store) => run(store, "readwrite", (rows) => rows.clear());

/** Read a row, put what `next` makes of it in its place, or take it away where that is undefined; what stands then. */
export async function change(store, key, next) {
  let row;
  await run(store, "readwrite", (rows) => {
    const request = rows.get(key);
    request.onsuccess = () => {
      row = next(request.result);
      if (row === undefined) rows.delete(key);
      else rows.put(row);
    };
    return request;
  });
  return row;
}
