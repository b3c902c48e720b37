// The queue of registers: written before anything is sent, kept until the server has answered.
//
// An entry is one register of one person: {person, path, label, state, reason, sendings}. Its state is `waiting`,
// `conflict` or `refused`; one that has been sent is gone. A sending is {submission, version, marks, pressedAt, tried}:
// the marks as ids and kinds, on which version they were made, and whether it may have reached the server.
import { all, change, get, remove } from "./store.js";

const channel = "BroadcastChannel" in self ? new BroadcastChannel("shouxue-queue") : null;
/** Fires `change` with {person, path, state, answer, reason} whatever tab or worker has changed an entry. */
export const changes = new EventTarget();
channel?.addEventListener("message", ({ data }) => changes.dispatchEvent(new CustomEvent("change", { detail: data })));

function announce(detail) {
  changes.dispatchEvent(new CustomEvent("change", { detail }));
  channel?.postMessage(detail);
}

/** Keep a register that has just been pressed. It replaces what this person kept of it, unless that may be on its way. */
export async function press({ person, path, label, version, marks }) {
  const sending = { submission: newId(), version, marks, pressedAt: Date.now(), tried: false };
  await change("queue", [person, path], (entry) => {
    const onTheWay = entry?.state === "waiting" ? entry.sendings.filter((each) => each.tried) : [];
    return { person, path, label, state: "waiting", reason: "", sendings: [...onTheWay, sending] };
  });
  announce({ person, path, state: "waiting" });
}

export const entryOf = (person, path) => get("queue", [person, path]);

/** A person's entries, the oldest first. */
export async function entriesOf(person) {
  const entries = (await all("queue")).filter((each) => each.person === person);
  return entries.sort((one, other) => one.sendings[0].pressedAt - other.sendings[0].pressedAt);
}

/** How many registers other people have left here; who they are is nobody's business. */
export async function countOfOthers(person) {
  return (await all("queue")).filter((each) => each.person !== person).length;
}

export async function everybody() {
  return [...new Set((await all("queue")).map((each) => each.person))];
}

/** From now on it may have reached the server. `tried` false: the server has said that it wrote nothing. */
export function markTried({ person, path }, { submission }, tried = true) {
  return change("queue", [person, path], (entry) => {
    if (entry?.sendings[0].submission === submission) entry.sendings[0].tried = tried;
    return entry;
  });
}

/** A sending has arrived; what still waits behind it was made on top of it. */
export async function settle({ person, path }, { submission }, answer) {
  const left = await change("queue", [person, path], (entry) => {
    if (entry?.sendings[0].submission !== submission) return entry;
    const [done, next, ...later] = entry.sendings;
    return next ? { ...entry, sendings: [rebased(next, done, answer), ...later] } : undefined;
  });
  if (!left) announce({ person, path, state: "sent", answer });
  return left;
}

/** The server wrote nothing of a sending: what was pressed after it speaks for both. Whether there is such a one. */
export async function overtake({ person, path }, { submission }) {
  let overtaken = false;
  await change("queue", [person, path], (entry) => {
    overtaken = entry?.sendings[0].submission === submission && entry.sendings.length > 1;
    return overtaken ? { ...entry, sendings: entry.sendings.slice(1) } : entry;
  });
  return overtaken;
}

/** What was changed between two presses, on top of what stands now. */
function rebased(next, done, answer) {
  if (next.version !== done.version) return next;
  const marks = { ...answer.marks };
  for (const child of Object.keys({ ...done.marks, ...next.marks })) {
    if (done.marks[child] === next.marks[child]) continue;
    if (next.marks[child]) marks[child] = next.marks[child];
    else delete marks[child];
  }
  return { ...next, version: answer.version, marks };
}

/** The server wants something of the person first: `conflict`, or `refused` with its reason. */
export async function hold({ person, path }, state, reason = "") {
  await change("queue", [person, path], (entry) => entry && { ...entry, state, reason });
  announce({ person, path, state });
}

/** It still waits, and why: `network`, `login` or `server`. */
export function tellWhy({ person, path }, reason) {
  announce({ person, path, state: "unsent", reason });
}

/** Given up by its owner. */
export async function drop(person, path) {
  await remove("queue", [person, path]);
  announce({ person, path, state: "dropped" });
}

function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const digits = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
