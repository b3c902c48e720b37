// On every page: throws away what may not be kept, keeps today's registers for when there is no network, sends what
// waits, and says how it stands.
import { draw } from "./bar.js";
import { dropKey } from "./key.js";
import { forget, has, keep, tidy } from "./pages.js";
import { changes, entriesOf } from "./queue.js";
import { reader } from "./reader.js";
import { sendAll } from "./sender.js";
import { tidy as tidyTyped } from "./typed.js";

const FIRST_WAIT = 5; // seconds until what could not be sent is tried again; doubled each time
const LONGEST_WAIT = 300;
const SENT_SHOWN = 8; // seconds

// As it came, before register.js makes tiles of it.
const form = document.querySelector("form[data-sends]")?.cloneNode(true);
const outcome = { loggedOut: false, arrived: [] };
let wait = FIRST_WAIT;
let timer = 0;
const labels = new Map(); // path → label of what waits, for the moment when it has been sent

async function send() {
  clearTimeout(timer);
  if (!reader.person) return;
  const results = Object.values(await sendAll(reader.person));
  outcome.loggedOut = results.some((each) => each.reason === "login");
  const waiting = (await entriesOf(reader.person)).some((each) => each.state === "waiting");
  if (waiting && !outcome.loggedOut) {
    timer = setTimeout(send, wait * 1000);
    wait = Math.min(wait * 2, LONGEST_WAIT);
  } else {
    wait = FIRST_WAIT;
  }
  await redraw();
}

/** The line may be back: do not wait for the clock. */
function sendAtOnce() {
  wait = FIRST_WAIT;
  send();
}

async function redraw() {
  for (const each of reader.person ? await entriesOf(reader.person) : []) labels.set(each.path, each.label);
  await draw(outcome);
}

function changed({ detail: { person, path, state } }) {
  if (person === reader.person && state === "sent" && path !== location.pathname) {
    const arrived = { path, label: labels.get(path) ?? "" };
    outcome.arrived.push(arrived);
    setTimeout(() => {
      outcome.arrived.splice(outcome.arrived.indexOf(arrived), 1);
      redraw();
    }, SENT_SHOWN * 1000);
  }
  if (state === "waiting") wakeUp();
  redraw();
}

/** Something new waits: another page may have been closed before it was sent. */
function wakeUp() {
  clearTimeout(timer);
  timer = setTimeout(send, wait * 1000);
}

// ---- today's registers, for when there is no network ----

async function keepToday() {
  const links = [...document.querySelectorAll('.slot[data-version] a[href^="/register/"]')];
  if (form) await keep(location.pathname, form, reader);
  for (const link of links) {
    const version = Number(link.closest(".slot").dataset.version);
    if (!(await has(link.pathname, version))) await fetchAndKeep(link.pathname);
  }
  if (form || links.length) await serveWithoutNetwork();
}

async function fetchAndKeep(path) {
  const response = await fetch(path, { redirect: "manual" });
  if (!response.ok) return;
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const found = page.querySelector("form[data-sends]");
  if (found) await keep(path, found, reader);
}

async function serveWithoutNetwork() {
  await navigator.serviceWorker?.register("/service-worker.js", { type: "module", scope: "/" });
}

// ---- whoever leaves takes the names along ----

function leave(event) {
  if (!event.target.matches('form[action="/logout/"]')) return;
  dropKey();
  forget();
  tidyTyped();
}

async function start() {
  document.addEventListener("submit", leave);
  changes.addEventListener("change", changed);
  addEventListener("online", sendAtOnce);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && sendAtOnce());
  await redraw();
  if (reader.inShell) return;
  if (reader.person) {
    tidyTyped(reader.person);
    await tidy(reader.person, reader.moment);
  } else await forget(); // what was typed stays sealed, so that its page can say that it was lost
  const sent = send();
  if (reader.person) await keepToday();
  await sent;
}

// A browser that keeps nothing (or is told to) is left alone: the page works as it did.
if ("indexedDB" in self) start().catch((error) => console.info(error));

export { redraw, send };
