// A form is sent once: a second press while the first is on its way does nothing.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  event.submitter?.setAttribute("aria-disabled", "true");
});

// Coming back by the back button shows the page as it was left, so it must be usable again.
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    for (const button of form.querySelectorAll("[aria-disabled]")) button.removeAttribute("aria-disabled");
  }
});

// Filters take effect as soon as one is chosen; the button stays for keyboards and for those without JavaScript.
document.addEventListener("change", (event) => {
  const form = event.target.form;
  if (form && "autoSubmit" in form.dataset && event.target.matches("select, [type=date], [type=month]")) {
    form.requestSubmit();
  }
});

// What has to be put right is read first.
document.querySelector("[data-focus]")?.focus();
