// Fills the shell, the page shown where there is no network: the register at this address, or today's registers, as
// far as this device has kept them and this log-in may read them.
import { redraw, send } from "./start.js";
import { open, openAll } from "./pages.js";
import { changes, entriesOf } from "./queue.js";
import { reader } from "./reader.js";
import { begin } from "../register.js";

const place = document.querySelector("[data-shell]");

function put(name) {
  const page = place.querySelector(`template[data-${name}]`).content.cloneNode(true);
  place.append(page);
}

async function fill() {
  const page = await open(location.pathname);
  const pages = await openAll();
  reader.person = (page ?? pages[0])?.person ?? 0;
  if (page) showRegister(page);
  else if (location.pathname === "/" && pages.length) showHome(pages);
  else showNothing();
  await redraw();
  await send();
}

function showRegister({ html, className, note }) {
  document.title = `${className}${note} · 守学`;
  document.body.classList.add("page-bare");
  place.replaceWith(new DOMParser().parseFromString(html, "text/html").querySelector("form"));
  begin();
}

function showHome(pages) {
  put("home");
  const list = place.querySelector("[data-registers]");
  const row = place.querySelector("template[data-register]").content;
  for (const { path, className, note, version } of pages) {
    const slot = row.cloneNode(true);
    slot.querySelector("[data-note]").textContent = note;
    slot.querySelector("[data-class]").textContent = className;
    slot.querySelector(version ? "[data-to-take]" : "[data-taken]").remove();
    for (const link of slot.querySelectorAll("a")) link.href = path;
    list.append(slot);
  }
  // The line is back and nothing waits for it any more: the page itself is better than its stand-in.
  changes.addEventListener("change", async ({ detail }) => {
    const left = (await entriesOf(reader.person)).some((each) => each.state === "waiting");
    if (["sent", "conflict", "refused"].includes(detail.state) && !left) location.replace("/");
  });
}

function showNothing() {
  put("nothing");
  place.querySelector("a").href = location.href;
}

fill();
