// What was typed into a form and not saved yet, under the address of its page: sealed under the key of this log-in
// (key.js), in localStorage, which is written before a page has gone. A kept form is {person, sent, iv, sealed}; `sent`:
// it was on its way, and nobody knows whether it arrived.
import { seal, unseal } from "./key.js";

const PREFIX = "typed:";

const plain = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes)));
const bytes = (text) => Uint8Array.from(atob(text), (each) => each.charCodeAt(0));
const read = (place) => JSON.parse(localStorage.getItem(place));

/** Keep what a form holds, in the place of what was kept of it before. Waits for nothing once it has begun to write. */
export async function keep(path, person, values, isLatest) {
  const sealed = await seal(values);
  if (!sealed || !isLatest()) return;
  const row = { person, sent: false, iv: plain(sealed.iv), sealed: plain(sealed.sealed) };
  localStorage.setItem(PREFIX + path, JSON.stringify(row));
}

/** What is kept of a form, {values, sent}, or null: nothing, of somebody else, or of another log-in. */
export async function open(path, person) {
  const row = read(PREFIX + path);
  if (row?.person !== person) return null;
  const values = await unseal({ iv: bytes(row.iv), sealed: bytes(row.sealed) });
  return values && { values, sent: row.sent };
}

/** It is on its way. */
export function send(path) {
  const row = read(PREFIX + path);
  if (row) localStorage.setItem(PREFIX + path, JSON.stringify({ ...row, sent: true }));
}

export const drop = (path) => localStorage.removeItem(PREFIX + path);

/** Throw away what is of anybody but `person`; without one, all. */
export function tidy(person = 0) {
  for (const place of Object.keys(localStorage).filter((each) => each.startsWith(PREFIX))) {
    if (read(place)?.person !== person) localStorage.removeItem(place);
  }
}
