// What was typed into a form and not saved yet, under the address of its page: sealed under the key of this log-in
// (key.js), in localStorage, which is written before a page has gone. A kept form is {person, iv, sealed}.
import { seal, unseal } from "./key.js";

const PREFIX = "typed:";
export const UNREADABLE = Symbol("unreadable");

const plain = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes)));
const bytes = (text) => Uint8Array.from(atob(text), (each) => each.charCodeAt(0));
const read = (place) => JSON.parse(localStorage.getItem(place));

/** Keep what a form holds, in the place of what was kept of it before; whether it could be. Waits for nothing once it
 *  has begun to write. */
export async function keep(path, person, values, isLatest) {
  const sealed = await seal(values);
  if (!sealed || !isLatest()) return false;
  const row = { person, iv: plain(sealed.iv), sealed: plain(sealed.sealed) };
  localStorage.setItem(PREFIX + path, JSON.stringify(row));
  return true;
}

/** What is kept of a form; UNREADABLE: another log-in has sealed it; null: nothing, or of somebody else. */
export async function open(path, person) {
  const row = read(PREFIX + path);
  if (row?.person !== person) return null;
  return (await unseal({ iv: bytes(row.iv), sealed: bytes(row.sealed) })) ?? UNREADABLE;
}

export const drop = (path) => localStorage.removeItem(PREFIX + path);

// What the server says that it has saved; where its answer was lost it says so on the next page.
for (const each of document.querySelectorAll("[data-saved]")) drop(each.dataset.saved);

/** Throw away what is of anybody but `person`; without one, all. */
export function tidy(person = 0) {
  for (const place of Object.keys(localStorage).filter((each) => each.startsWith(PREFIX))) {
    if (read(place)?.person !== person) localStorage.removeItem(place);
  }
}
