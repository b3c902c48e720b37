// A register page and the queue: a press is kept first and sent then; what is kept is shown when the page is opened.
import { badgeOf, logInLink } from "./bar.js";
import { changes, drop, entryOf, press } from "./queue.js";
import { reader } from "./reader.js";
import { sendAll } from "./sender.js";

const SLOW_SECONDS = 5;
const WAITING = {
  network: "现在连不上网，有网后自动上报，可以离开这一页。",
  login: "登录已过期，登录后自动上报。",
  server: "服务器暂时没有收下，稍后自动再报，可以离开这一页。",
};

export class Sending {
  /** `page`: {form, marks(), show(marks)}, the register page that presses. */
  constructor(page) {
    this.page = page;
    this.form = page.form;
    this.path = location.pathname;
    this.label = [...this.form.querySelectorAll(".register-title > *")].map((each) => each.textContent).join(" ");
    this.busy = false;
    this.leaves = false; // what was sent is saved and the next page is on its way: a second press is none
    changes.addEventListener("change", ({ detail }) => this.changed(detail));
    this.open().catch(() => {}); // a browser that keeps nothing has nothing to show
  }

  /** Show what waits of this register; ask at once where there is something to ask. */
  async open() {
    const entry = await entryOf(reader.person, this.path);
    if (!entry) return;
    const { marks, version } = entry.sendings.at(-1);
    const shown = this.form.elements.version;
    // They stay marks made on their own version, so that what others have said since is joined and not overwritten.
    shown.value = Math.min(version, Number(shown.value));
    this.page.show(marks);
    if (entry.state === "refused") {
      this.say("refused", entry.reason);
    } else if (entry.state === "conflict") {
      await this.askAgain();
    } else {
      this.say("waiting", WAITING.network);
    }
  }

  async press() {
    await this.keepAndSend({ version: Number(this.form.elements.version.value), marks: this.page.marks() });
  }

  async keepAndSend({ version, marks }) {
    if (this.busy) return;
    this.busy = true;
    try {
      await press({ person: reader.person, path: this.path, label: this.label, version, marks });
    } catch {
      this.form.submit(); // the device keeps nothing: send it as a form
      return;
    }
    wakeTheWorker();
    try {
      await this.send();
    } finally {
      this.busy = this.leaves;
    }
  }

  async send() {
    const slow = setTimeout(() => this.say("waiting", "网络慢，正在上报。"), SLOW_SECONDS * 1000);
    const outcomes = await sendAll(reader.person, { path: this.path, quiet: false });
    clearTimeout(slow); // why it still waits has been told by an event
    this.show(outcomes[this.path] ?? (await entryOf(reader.person, this.path)) ?? { state: "sent" });
  }

  show({ state, reason, answer, html }) {
    this.leaves = state === "sent";
    if (this.leaves) location.assign(answer?.next ?? "/");
    else if (state === "conflict") this.ask(html);
    else if (state === "refused") this.say(state, reason);
    if (state !== "sent") this.page.ready?.();
  }

  /** Sent from elsewhere while this page was open: from now on it stands on what was saved. */
  changed({ person, path, state, answer, reason }) {
    if (person !== reader.person || path !== this.path) return;
    if (state === "unsent") this.sayWhy(reason);
    if (this.busy) return;
    if (state === "sent") {
      this.form.elements.version.value = answer.version;
      this.say("sent", answer.text);
    } else if (state === "conflict") {
      this.askAgain();
    }
  }

  sayWhy(reason) {
    this.say("waiting", WAITING[reason]);
    if (reason === "login") this.form.querySelector("[data-state]").append(logInLink());
  }

  say(state, text) {
    const line = this.form.querySelector("[data-state]");
    line.replaceChildren(badgeOf(state), ` ${text}`);
    line.hidden = false;
  }

  // ---- two people have said different things ----

  /** The question is asked of the server each time: names are not kept, and the other side may have moved on. */
  async askAgain() {
    this.busy = true;
    try {
      await this.send();
    } finally {
      this.busy = this.leaves;
    }
  }

  ask(html) {
    const question = new DOMParser().parseFromString(html, "text/html").querySelector("[data-conflict]");
    this.form.replaceWith(question);
    this.form = question;
    question.addEventListener("submit", (event) => {
      event.preventDefault();
      if (isDecided(question)) this.keepAndSend(answerOf(question));
    });
    question.querySelector("[data-gives-up]").addEventListener("click", async (event) => {
      event.preventDefault();
      await drop(reader.person, this.path);
      location.reload();
    });
    question.querySelector("[data-focus]").focus();
  }
}

/** Whether every child has an answer; where not, the summary says whose is missing, in the words of the server. */
function isDecided(question) {
  const children = [...question.querySelectorAll("fieldset")];
  const open = children.filter((each) => !each.querySelector(":checked"));
  children.forEach((each) => each.classList.toggle("field-wrong", open.includes(each)));
  if (!open.length) return true;
  const summary = question.querySelector("[data-focus]");
  const heading = document.createElement("h2");
  heading.textContent = `没有保存：还有${open.length}人没有选`;
  const list = document.createElement("ul");
  list.append(...open.map(lineOf));
  summary.replaceChildren(heading, list);
  summary.focus();
  return false;
}

function lineOf(child) {
  const [line, link] = [document.createElement("li"), document.createElement("a")];
  link.href = `#${child.querySelector("[type=radio]").id}`;
  link.textContent = `${child.querySelector("legend").textContent}：请选一个`;
  line.append(link);
  return line;
}

function answerOf(question) {
  const fields = [...new FormData(question)];
  const marks = fields.filter(([name, kind]) => name.startsWith("mark-") && kind);
  return {
    version: Number(question.elements.version.value),
    marks: Object.fromEntries(marks.map(([name, kind]) => [name.slice("mark-".length), kind])),
  };
}

/** Where the browser can, the queue is sent when the line is back, also with no page open. */
async function wakeTheWorker() {
  const registration = await navigator.serviceWorker?.getRegistration();
  await registration?.sync?.register("registers").catch(() => {});
}
