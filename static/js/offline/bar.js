// Says on every page what waits on this device (已保存在本机, 冲突, 未能上报), and on the first page beside each register.
// The words stand in the page (templates/components/kept_bar.html); here they are filled in.
import { countOfOthers, drop, entriesOf } from "./queue.js";
import { reader } from "./reader.js";

const bar = document.querySelector("[data-kept]");
const list = bar.querySelector("ul");
const question = document.getElementById("kept-drop");

const template = (name) => bar.querySelector(`template[data-kept-state="${name}"]`).content.firstElementChild;

/** The badge of a state: 已保存在本机, 已上报, 冲突 or 未能上报. */
export function badgeOf(state) {
  return template(state).querySelector(".badge").cloneNode(true);
}

/** The way to the log-in. */
export function logInLink() {
  return template("login").querySelector("a").cloneNode(true);
}

function line(name, { label = "", path = "", reason = "" }) {
  const row = template(name).cloneNode(true);
  row.querySelector("[data-label]").textContent = label;
  if (reason) row.querySelector("[data-reason]").textContent = reason;
  for (const link of row.querySelectorAll("[data-opens-register]")) link.href = path;
  row.querySelector("[data-asks-to-drop]")?.addEventListener("click", () => askToDrop(label, path));
  return row;
}

function askToDrop(label, path) {
  question.querySelector("[data-label]").textContent = label;
  question.querySelector("[data-drops]").onclick = async () => {
    await drop(reader.person, path);
    question.close();
  };
  question.showModal();
}

/** `loggedOut`: the server has asked for the log-in. `arrived`: entries that have just been sent from this page. */
export async function draw({ loggedOut = false, arrived = [] } = {}) {
  const entries = reader.person ? await entriesOf(reader.person) : [];
  // The register page itself says how it stands with its own.
  const rows = entries
    .filter((each) => each.path !== location.pathname)
    .map((each) => line(each.state === "waiting" && loggedOut ? "login" : each.state, each));
  const others = await countOfOthers(reader.person);
  if (others) rows.push(line("others", { label: String(others) }));
  list.replaceChildren(...arrived.map((each) => line("sent", each)), ...rows);
  bar.hidden = !list.children.length;
  drawRegisters(entries);
}

function drawRegisters(entries) {
  for (const slot of document.querySelectorAll(".slot")) {
    const link = slot.querySelector('a[href^="/register/"]:not([data-kept-link])');
    const entry = link && entries.find((each) => each.path === link.pathname);
    for (const each of slot.querySelectorAll("[data-kept-badge], [data-kept-link]")) each.remove();
    if (link) link.hidden = Boolean(entry);
    if (!entry) continue;
    const badge = badgeOf(entry.state);
    badge.dataset.keptBadge = "";
    const way = link.cloneNode();
    way.hidden = false;
    way.className = "button button-plain";
    way.dataset.keptLink = "";
    way.textContent = template(entry.state).querySelector("[data-opens-register]").textContent;
    link.before(badge, way);
  }
}
