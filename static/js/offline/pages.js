// Today's register pages, for when there is no network: each encrypted under the key of this log-in (key.js), bound to
// the server's day and not to the device's date. A kept page is {path, person, day, version, keptAt, left, iv, sealed};
// `left` is how many milliseconds of that day were left when it was kept.
import { seal, unseal } from "./key.js";
import { all, clear, get, put, remove } from "./store.js";

/** Keep a register's form as it came. `moment`: the server's time when it came, such as 2026-09-07T07:40:00+08:00. */
export async function keep(path, form, { person, moment }) {
  const kept = form.cloneNode(true);
  for (const each of kept.querySelectorAll("[name=csrfmiddlewaretoken], [name=submission]")) each.remove();
  const version = Number(form.elements.version.value);
  const sealed = await seal({
    html: kept.outerHTML,
    className: form.querySelector(".register-title h1").textContent,
    note: form.querySelector(".register-title p").textContent,
  });
  if (sealed) await put("pages", { path, person, day: dayOf(moment), version, keptAt: Date.now(), left: leftOf(moment), ...sealed });
}

/** The page kept for a path with what it says, or null: none, of a day gone by, or of another log-in. */
export async function open(path) {
  const row = await get("pages", path);
  return row ? read(row) : null;
}

/** Every page that can be read now, in the order of class and slot. */
export async function openAll() {
  const pages = await Promise.all((await all("pages")).map(read));
  return pages.filter(Boolean).sort((one, other) => (one.path < other.path ? -1 : 1));
}

async function read(row) {
  // By the device's own clock at both ends, whatever it says: the day has ended, or the clock was moved on.
  if (Date.now() - row.keptAt > row.left) return null;
  const content = await unseal(row);
  return content && { ...row, ...content };
}

/** Whether the page of this version is here already. */
export async function has(path, version) {
  return (await open(path))?.version === version;
}

/** Throw away what is of another day or another person. */
export async function tidy(person, moment) {
  for (const row of await all("pages")) {
    if (row.person !== person || row.day !== dayOf(moment)) await remove("pages", row.path);
  }
}

export const forget = () => clear("pages");

const dayOf = (moment) => moment.slice(0, 10);

function leftOf(moment) {
  const [hours, minutes, seconds] = moment.slice(11, 19).split(":").map(Number);
  return ((24 - hours) * 3600 - minutes * 60 - seconds) * 1000;
}
