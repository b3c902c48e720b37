// What is typed into a form marked data-typed stays on this device until it is saved: through a reload, a send that
// broke, a page that was closed. Chosen files are not kept. `data-refused`: the page shows what was sent and not saved.
import { reader } from "./offline/reader.js";
import { drop, keep, open, UNREADABLE } from "./offline/typed.js";

const PUT_BACK = "上次填的没有保存，已经放回来，请看过再保存";
const CHOOSE_AGAIN = "；选过的文件请重新选";
const LOST = "上次在这里填的可能没有保存，重新登录以后读不出来了，请核对";
const OFFLINE = "现在没有网络，没有保存；填的留在本机，有网后再按一次";
const OFFLINE_HERE = "现在没有网络，没有保存；请不要关掉这一页，有网后再按一次";
const OWN = ["csrfmiddlewaretoken", "seen"]; // of the page and not of whoever types
const said = (typed) => JSON.stringify(typed.map(([name, value]) => [name, value.trim()])); // as the server takes it

class KeptForm {
  constructor(form) {
    this.form = form;
    this.state = form.querySelector("[data-typed-state]");
    this.dropping = form.querySelector("[data-typed-drops]");
    this.turn = 0;
    form.addEventListener("input", () => this.keep());
    form.addEventListener("submit", (event) => this.submitted(event));
    this.dropping.addEventListener("click", () => this.throwAway());
    if ("refused" in form.dataset) this.keep();
    else this.putBack();
  }

  get values() {
    const found = { typed: [], seen: this.form.elements.seen.value, hasFiles: false };
    for (const [name, value] of new FormData(this.form)) {
      if (value instanceof File) found.hasFiles ||= value.size > 0;
      else if (!OWN.includes(name)) found.typed.push([name, value]);
    }
    return found;
  }

  keep() {
    const turn = ++this.turn;
    return keep(location.pathname, reader.person, this.values, () => turn === this.turn);
  }

  async putBack() {
    const kept = await open(location.pathname, reader.person);
    if (!kept || this.turn) return; // nothing, or somebody types already
    if (kept === UNREADABLE) this.state.textContent = LOST;
    if (kept === UNREADABLE || said(kept.typed) === said(this.values.typed)) {
      drop(location.pathname);
      return;
    }
    const { typed, seen, hasFiles } = kept;
    this.fill(typed);
    this.form.elements.seen.value = seen; // so that whoever has saved meanwhile is not overwritten unseen
    this.state.textContent = PUT_BACK + (hasFiles ? CHOOSE_AGAIN : "");
    this.dropping.hidden = false;
  }

  fill(typed) {
    for (const field of this.form.elements) {
      const found = typed.filter(([name]) => name === field.name).map(([, value]) => value);
      if (field.type === "radio") field.checked = found.includes(field.value);
      else if (found.length && field.type !== "file") [field.value] = found;
    }
  }

  async submitted(event) {
    if (navigator.onLine) return;
    event.preventDefault();
    this.state.textContent = (await this.keep()) ? OFFLINE : OFFLINE_HERE;
  }

  throwAway() {
    drop(location.pathname);
    location.reload();
  }
}

const form = document.querySelector("[data-typed]");
if (form) new KeptForm(form);
