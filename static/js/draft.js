// 草稿: what is typed into a form that names a place for it (data-draft) is kept on the server after every pause,
// photographs at once; without this file the form is sent as it is.
const PAUSE_MILLISECONDS = 1500;
const UNSAVED = "草稿还没有保存，连上网后自动再存";

class Draft {
  constructor(form) {
    this.form = form;
    this.state = form.querySelector("[data-draft-state]");
    this.photos = form.querySelector("[data-photos]");
    this.files = form.elements.photos; // only where the form takes photographs, like the two places about them
    this.faults = form.querySelector("[data-photo-faults]");
    this.timer = null;
    this.saving = null; // what is on its way; one at a time, so that nothing older arrives later
    this.waits = false; // something has changed since that was sent
    this.ends = false; // the form itself is on its way
    this.refused = false; // a photograph just sent was none, and nobody has read so yet
    for (const each of form.querySelectorAll("[data-without-script]")) each.hidden = true;
    form.addEventListener("input", (event) => event.target !== this.files && this.typed());
    this.files?.addEventListener("change", () => this.save());
    form.addEventListener("submit", (event) => this.submitted(event));
    document.addEventListener("visibilitychange", () => document.hidden && this.timer && this.save());
    window.addEventListener("pageshow", () => (this.ends = false));
    window.addEventListener("online", () => this.waits && this.save());
    form.classList.add("is-live");
    if (this.files?.files.length) this.save(); // chosen before this file had come
  }

  typed() {
    this.refused = false; // who goes on with the form has read what is above it
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), PAUSE_MILLISECONDS);
  }

  async save() {
    clearTimeout(this.timer);
    this.timer = null;
    this.waits = true;
    if (this.saving || this.ends) return;
    while (this.waits && !this.ends) {
      this.waits = false;
      this.saving = this.send();
      const arrived = await this.saving;
      this.saving = null;
      if (!arrived) {
        this.waits = true; // until something more is typed, or the network is back
        break;
      }
    }
  }

  async send() {
    const sent = this.files?.files.length;
    const body = new FormData(this.form);
    for (const each of this.form.querySelectorAll("input[type=file]")) {
      if (each !== this.files) body.delete(each.name); // a paper is handed in with the form itself, and no draft keeps it
    }
    try {
      const response = await fetch(this.form.dataset.draft, {
        method: "POST", headers: { Accept: "application/json" }, body,
      });
      if (!response.ok || response.redirected) throw new Error(response.status);
      const { said, photos, faults, goes_on: marks } = await response.json();
      if (said) this.state.textContent = said;
      if (marks) this.goOn(marks);
      if (this.photos) this.photos.innerHTML = photos;
      if (sent) this.taken(faults);
      return true;
    } catch {
      this.state.textContent = UNSAVED;
      return false;
    }
  }

  // What was typed here is saved, and the browser went back to the page: it is sent anew as a change of that.
  goOn(marks) {
    for (const [name, value] of Object.entries(marks)) {
      const field = this.form.elements[name] ?? this.form.appendChild(document.createElement("input"));
      Object.assign(field, { type: "hidden", name, value });
    }
    this.waits = true;
  }

  taken(faults) {
    this.files.value = "";
    this.refused = faults.length > 0;
    this.faults.replaceChildren(...faults.map((words) => {
      const line = document.createElement("p");
      line.className = "field-error";
      line.textContent = words;
      return line;
    }));
  }

  // A photograph on its way arrives first: the form waits for it, and is then sent as it was pressed. Where one that
  // is none was among them, the form stays once: whoever pressed at once, before or after the answer, has not read so.
  async submitted(event) {
    clearTimeout(this.timer);
    if (!this.saving && !this.refused) {
      this.ends = true;
      return;
    }
    event.preventDefault();
    const button = event.submitter;
    while (this.saving) await this.saving;
    if (this.refused) {
      this.refused = false;
      this.files.focus();
      this.faults.scrollIntoView({ block: "center" });
      return;
    }
    this.ends = true;
    this.form.requestSubmit(button);
  }
}

const form = document.querySelector("[data-draft]");
if (form) new Draft(form);
