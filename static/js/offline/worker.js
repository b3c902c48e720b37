// The service worker: pages come from the network; where there is none comes the shell, an empty page that the device
// fills with what it has kept. Only files and the shell are cached, nobody's data.
import { everybody } from "./queue.js";
import { sendAll } from "./sender.js";
import { all, get } from "./store.js";

const PATIENCE = 6000; // milliseconds that a page may take if the device has one of its own
const PAUSES = [1, 2, 4, 8, 15]; // seconds between the tries of one call of the browser
const ONE_VERSION = /\.[0-9a-f]{12}\.\w+$/; // a file whose name changes with its content
const ADDRESSES = /(?:href|src)="([^"]+)"/g;
const OUT_OF_ORDER = [502, 503, 504];

/** `shell`: the address of the empty page; `files`: where all files lie; `version`: of those that the page needs. */
export function serve({ shell, files, version }) {
  const cacheName = `shouxue-${version}`;

  self.addEventListener("install", (event) => event.waitUntil(install().then(() => self.skipWaiting())));
  self.addEventListener("activate", (event) => event.waitUntil(activate()));
  self.addEventListener("sync", (event) => event.waitUntil(sendEverything()));
  self.addEventListener("fetch", (event) => {
    const { request } = event;
    const { origin, pathname } = new URL(request.url);
    if (request.mode === "navigate") event.respondWith(page(request, pathname));
    else if (request.method === "GET" && origin === location.origin && pathname.startsWith(files)) {
      event.respondWith(file(request));
    }
  });

  async function install() {
    const answer = await fetch(shell, { credentials: "omit", cache: "no-cache" });
    const addresses = [...(await answer.clone().text()).matchAll(ADDRESSES)].map(([, address]) => address);
    const cache = await caches.open(cacheName);
    await cache.addAll(new Set(addresses.filter((address) => address.startsWith(files))));
    await cache.put(shell, answer);
  }

  async function activate() {
    const old = (await caches.keys()).filter((name) => name !== cacheName);
    await Promise.all(old.map((name) => caches.delete(name)));
    await self.clients.claim();
  }

  async function page(request, path) {
    const answer = fetch(request);
    try {
      const patient = request.method !== "GET" || !(await isKept(path));
      const response = await (patient ? answer : Promise.race([answer, tooLate()]));
      if (!OUT_OF_ORDER.includes(response.status)) return response;
    } catch {
      answer.catch(() => {});
    }
    return (await caches.open(cacheName)).match(shell);
  }

  async function file(request) {
    const cache = await caches.open(cacheName);
    const kept = await cache.match(request);
    if (kept && ONE_VERSION.test(request.url)) return kept;
    return fetch(request).catch((error) => kept ?? Promise.reject(error));
  }
}

async function isKept(path) {
  return path === "/" ? (await all("pages")).length > 0 : Boolean(await get("pages", path));
}

const tooLate = () => new Promise((_, reject) => setTimeout(() => reject(new Error("too late")), PATIENCE));

/** Send what waits; a line that has just come back often fails for some seconds more. */
async function sendEverything() {
  for (const seconds of [...PAUSES, 0]) {
    if (await sendOnce()) return;
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  }
  throw new Error("to be tried again"); // the browser then asks once more, after minutes
}

/** Everybody's registers; the server takes only those of the person who is logged in. Whether the line held. */
async function sendOnce() {
  let held = true;
  for (const person of await everybody()) {
    const outcomes = Object.values(await sendAll(person));
    held &&= !outcomes.some((each) => ["network", "server"].includes(each.reason));
  }
  return held;
}
