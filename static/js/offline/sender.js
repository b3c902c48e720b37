// Sends what waits in the queue: one at a time, whatever the number of tabs, in the order in which it was pressed.
// An answer that was lost does no harm: the same sending is sent again, and the server says that it has it.
import { cookie } from "./key.js";
import { entriesOf, entryOf, hold, markTried, overtake, settle, tellWhy } from "./queue.js";

const PATIENCE_SECONDS = 20;

/** Send a person's registers that wait, or the one at `path`, also to ask its conflict again. Returns path → {state,
 *  answer, html, reason} of each that was sent; one of which another tab has seen to meanwhile is left out.
 *
 *  `quiet`: no page follows that could say so. The state is `sent`, `conflict`, `refused`, or `waiting` with the reason
 *  `network`, `login` or `server`.
 */
export function sendAll(person, { path = "", quiet = true } = {}) {
  return alone(async () => {
    const outcomes = {};
    for (const entry of await entriesOf(person)) {
      const wanted = path ? entry.path === path && entry.state !== "refused" : entry.state === "waiting";
      if (!wanted) continue;
      outcomes[entry.path] = await sendEntry(entry, quiet);
      // without a line or a log-in the others would fare the same
      if (["network", "login"].includes(outcomes[entry.path].reason)) break;
    }
    return outcomes;
  });
}

let last = Promise.resolve();
function alone(work) {
  if (navigator.locks) return navigator.locks.request("shouxue-queue", work);
  last = last.then(work, work);
  return last;
}

async function sendEntry({ person, path }, quiet) {
  for (;;) {
    const entry = await entryOf(person, path);
    if (!entry) return { state: "dropped" }; // given up in another tab
    const [sending] = entry.sendings;
    const outcome = await tried(entry, sending, quiet || entry.sendings.length > 1);
    if (outcome.state === "sent") {
      if (await settle(entry, sending, outcome.answer)) continue;
    } else if (outcome.state !== "waiting") {
      if (await overtake(entry, sending)) continue;
      await hold(entry, outcome.state, outcome.reason);
    } else {
      if (outcome.reason === "login") await markTried(entry, sending, false);
      tellWhy(entry, outcome.reason);
    }
    return outcome;
  }
}

async function tried(entry, sending, quiet) {
  // Certain to fail, so that it need not be remembered as one that may have arrived.
  if (!navigator.onLine) return judged(null);
  await markTried(entry, sending);
  return judged(await post(entry, sending, quiet));
}

/** The answer to a sending as {status, type, body}, or null where there is none. */
async function post({ person, path }, { submission, version, marks, pressedAt }, quiet) {
  const body = new URLSearchParams({ person, submission, version });
  for (const [child, kind] of Object.entries(marks)) body.set(`mark-${child}`, kind);
  const age = Math.round((Date.now() - pressedAt) / 1000);
  if (age > 0) body.set("age", age); // a clock that was put back meanwhile knows no age
  if (quiet) body.set("quiet", "on");
  const stop = new AbortController();
  const clock = setTimeout(() => stop.abort(), PATIENCE_SECONDS * 1000);
  try {
    const headers = { "X-CSRFToken": await cookie("csrftoken") };
    const response = await fetch(`${path}send/`, { method: "POST", body, headers, redirect: "manual", signal: stop.signal });
    const type = response.headers.get("Content-Type") ?? "";
    if (response.type === "opaqueredirect") return { status: 401, body: {} };
    return { status: response.status, body: type.startsWith("application/json") ? await response.json() : await response.text() };
  } catch {
    return null;
  } finally {
    clearTimeout(clock);
  }
}

/** What an answer means. Whatever is not ours (a portal's page, a proxy's error) means: keep it. */
function judged(answer) {
  if (!answer) return { state: "waiting", reason: "network" };
  const { status, body } = answer;
  if (status === 200 && Number.isInteger(body.version)) return { state: "sent", answer: body };
  if (status === 401) return { state: "waiting", reason: "login" };
  if (status === 409 && String(body).includes("data-conflict")) return { state: "conflict", html: body, reason: "" };
  if ([403, 404, 422].includes(status) && body.text) return { state: "refused", reason: body.text };
  return { state: "waiting", reason: "server" };
}
