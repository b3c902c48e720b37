// The register (点名): turns each name and its select into a tile.
// A tap makes 旷课; a press, or a tap on a child already marked, opens the kinds; keys do the same on a desk.
// The selects stay the truth: they are what is sent, so the page works the same without this file.
import { Sending } from "./offline/sending.js";

const PRESS_MILLISECONDS = 500;
const MOVED_PIXELS = 10;
const UNEXCUSED = "unexcused";

class Register {
  constructor(form) {
    this.form = form;
    this.tiles = [...form.querySelectorAll(".tile")];
    this.sheet = form.querySelector("[data-kinds]");
    this.answers = new Map([...this.sheet.querySelectorAll("[data-kind]")].map((each) => [each.dataset.kind, each]));
    this.submit = form.querySelector("[data-submit]");
    this.asked = null; // the tile that the sheet speaks of
    this.prepare();
    this.listen();
    this.drawAll();
    // What is pressed is kept on the device first, wherever the device can keep anything.
    if ("sends" in form.dataset && "indexedDB" in window) this.sending = new Sending(this);
  }

  prepare() {
    this.form.classList.add("is-live");
    this.tiles.forEach((tile, place) => {
      tile.setAttribute("role", "button");
      tile.tabIndex = place ? -1 : 0;
      tile.append(document.createElement("span"));
      new Press(tile, { tap: () => this.tap(tile), press: () => this.ask(tile) });
    });
  }

  listen() {
    this.form.addEventListener("keydown", (event) => this.key(event));
    this.form.addEventListener("submit", (event) => this.send(event));
    this.sheet.addEventListener("click", (event) => {
      const answer = event.target.closest("[data-kind]");
      if (answer) this.answered(answer.dataset.kind);
    });
    // A browser that brings the page back brings the selects back as they were left.
    window.addEventListener("pageshow", () => this.drawAll());
  }

  // ---- what stands on the page ----
  drawAll() {
    this.tiles.forEach((tile) => this.draw(tile));
    this.count();
  }

  draw(tile) {
    const kind = tile.querySelector("select").value;
    const answer = this.answers.get(kind);
    const number = tile.querySelector(".tile-number");
    tile.lastElementChild.replaceWith(answer.querySelector(".sign").cloneNode(true));
    tile.dataset.kind = kind;
    tile.className = kind ? `tile tone-${answer.dataset.tone}` : "tile";
    tile.setAttribute("aria-pressed", String(Boolean(kind)));
    tile.setAttribute("aria-label", `${number ? `${number.textContent}号 ` : ""}${nameOf(tile)}，${answer.dataset.word}`);
  }

  // 迟到 and 早退 count as present: they are marks, but nobody is missing.
  count() {
    const marked = this.tiles.filter((tile) => tile.dataset.kind);
    const missing = marked.filter((tile) => "absent" in this.answers.get(tile.dataset.kind).dataset).length;
    const present = this.form.querySelector("[data-present]");
    if (present.textContent !== String(this.tiles.length - missing)) present.textContent = this.tiles.length - missing;
    if (missing) this.submit.textContent = `提交（缺 ${missing} 人）`;
    else if (marked.length) this.submit.textContent = `提交（迟到早退 ${marked.length} 人）`;
    else this.submit.textContent = "全勤提交";
  }

  // ---- marking ----
  mark(tile, kind) {
    tile.querySelector("select").value = kind;
    this.draw(tile);
    this.count();
  }

  tap(tile) {
    this.focus(tile);
    if (tile.dataset.kind) this.ask(tile);
    else this.mark(tile, UNEXCUSED);
  }

  ask(tile) {
    this.asked = tile;
    this.sheet.querySelector("[data-kinds-name]").textContent = nameOf(tile);
    for (const [kind, answer] of this.answers) answer.setAttribute("aria-pressed", String(kind === tile.dataset.kind));
    const leave = this.sheet.querySelector("[data-leave]");
    if (leave) leave.href = leave.dataset.leave.replace("/0/", `/${tile.querySelector("select").name.slice("mark-".length)}/`);
    this.sheet.showModal();
    this.answers.get(tile.dataset.kind).focus({ focusVisible: false });
  }

  answered(kind) {
    this.mark(this.asked, kind);
    this.sheet.close();
    this.focus(this.asked);
  }

  // ---- keys: one tile is in the tab order, arrows move it ----
  key(event) {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      this.form.requestSubmit(this.submit);
      return;
    }
    const tile = this.sheet.open ? this.asked : event.target.closest(".tile");
    if (tile && this.act(tile, event)) event.preventDefault();
  }

  /** Do what a key says to a tile; true if it said anything. */
  act(tile, event) {
    const kind = this.kindOf(event);
    if (kind !== undefined) {
      if (this.sheet.open) this.answered(kind);
      else this.mark(tile, kind);
      return true;
    }
    if (this.sheet.open) return false;
    if (event.key === " ") this.mark(tile, tile.dataset.kind ? "" : UNEXCUSED);
    else if (event.key === "Enter") this.ask(tile);
    else if (/^(Arrow|Home$|End$)/.test(event.key)) this.focus(this.neighbour(tile, event.key) ?? tile);
    else return false;
    return true;
  }

  kindOf(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return undefined;
    if (event.key === "Backspace" || event.key === "Delete") return "";
    if (event.key.length > 1) return undefined;
    return [...this.answers].find(([, answer]) => answer.dataset.keys.includes(event.key.toLowerCase()))?.[0];
  }

  focus(tile) {
    for (const each of this.tiles) each.tabIndex = -1;
    tile.tabIndex = 0;
    tile.focus();
  }

  neighbour(tile, key) {
    const place = this.tiles.indexOf(tile);
    if (key === "ArrowLeft") return this.tiles[place - 1];
    if (key === "ArrowRight") return this.tiles[place + 1];
    if (key === "Home") return this.tiles[0];
    if (key === "End") return this.tiles[this.tiles.length - 1];
    return this.inNextRow(tile, key === "ArrowDown" ? 1 : -1);
  }

  /** The nearest tile of the next row down (1) or up (-1), wherever the rows break. */
  inNextRow(tile, direction) {
    const here = tile.getBoundingClientRect();
    const beyond = this.tiles
      .map((each) => [each, each.getBoundingClientRect()])
      .filter(([, box]) => (box.top - here.top) * direction > 1);
    const aside = (box) => Math.abs(box.left - here.left);
    beyond.sort(([, one], [, other]) => (one.top - other.top) * direction || aside(one) - aside(other));
    return beyond[0]?.[0];
  }

  // ---- sending: through the queue of the device (offline/sending.js), or as a form, and then never into nothing ----
  marks() {
    return Object.fromEntries(this.tiles.filter((tile) => tile.dataset.kind).map((tile) => [idOf(tile), tile.dataset.kind]));
  }

  show(marks) {
    for (const tile of this.tiles) tile.querySelector("select").value = marks[idOf(tile)] ?? "";
    this.drawAll();
  }

  ready() {
    this.count();
  }

  send(event) {
    if (this.sending) {
      event.preventDefault();
      this.submit.textContent = "正在提交";
      this.sending.press();
      return;
    }
    this.form.querySelector("[data-trouble]").hidden = navigator.onLine;
    if (navigator.onLine) this.submit.textContent = "正在提交";
    else event.preventDefault();
  }
}

/** Tells a tap from a press that lasts, and a press from a finger that scrolls. */
class Press {
  constructor(tile, { tap, press }) {
    this.lasted = false;
    this.timer = 0;
    const stop = () => clearTimeout(this.timer);
    tile.addEventListener("pointerdown", (event) => {
      stop();
      this.lasted = false;
      this.from = event;
      this.timer = setTimeout(() => {
        this.lasted = true;
        press();
      }, PRESS_MILLISECONDS);
    });
    tile.addEventListener("pointermove", (event) => {
      if (this.from && Math.hypot(event.clientX - this.from.clientX, event.clientY - this.from.clientY) > MOVED_PIXELS) stop();
    });
    for (const name of ["pointerup", "pointercancel", "pointerleave"]) tile.addEventListener(name, stop);
    tile.addEventListener("contextmenu", (event) => event.preventDefault());
    tile.addEventListener("click", () => {
      stop();
      if (!this.lasted) tap();
      this.lasted = false;
    });
  }
}

function nameOf(tile) {
  return tile.querySelector(".tile-name").textContent;
}

function idOf(tile) {
  return tile.querySelector("select").name.slice("mark-".length);
}

/** Begin with the register on the page, if there is one. */
export function begin() {
  const form = document.querySelector("form[data-register]");
  if (form) new Register(form);
}

begin();
