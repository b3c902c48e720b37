// A head count says at once how it stands against the roll: how many are missing, and how many of them are told.
const form = document.querySelector("[data-count]");
if (form) {
  const roll = Number(form.dataset.roll);
  const number = form.querySelector("[name=present]");
  const words = form.querySelector("[data-words]");
  const list = form.querySelector("[data-list]");
  const ticks = form.querySelectorAll("[name=missing]");

  const say = () => {
    const present = Number.parseInt(number.value, 10);
    const ticked = [...ticks].filter((tick) => tick.checked).length;
    form.querySelector("[data-ticked]").textContent = ticked ? `已勾选${ticked}人` : "人数不符时勾选";
    if (Number.isNaN(present)) {
      words.textContent = "";
      return;
    }
    const untold = roll - present - ticked;
    const parts = [present < roll ? `比在校少${roll - present}人` : present > roll ? `比在校多${present - roll}人` : "与在校相符"];
    if (untold > 0) parts.push(`还有${untold}人没有勾选`);
    if (untold < 0) parts.push(`名单以外多出${-untold}人，请在说明里写明`);
    words.textContent = parts.join("，");
    words.classList.toggle("tone-alarm", untold !== 0);
    if (untold > 0) list.open = true;
  };

  for (const button of form.querySelectorAll("[data-step]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      number.value = Math.max(0, (Number.parseInt(number.value, 10) || 0) + Number(button.dataset.step));
      say();
    });
  }
  form.addEventListener("input", say);
  form.addEventListener("change", say);
  say();
}
