// A link with data-opens="id" opens the sheet of that id; without JavaScript it goes to its own page.
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  if (opener) {
    const sheet = document.getElementById(opener.dataset.opens);
    if (sheet && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      sheet.showModal();
    }
  } else if (event.target.closest("[data-closes]")) {
    event.target.closest("dialog").close();
  } else if (event.target.matches("dialog.sheet") && isOutside(event)) {
    event.target.close();
  }
});

// A press on the backdrop counts as one on the dialog itself, as does one on the dialog's padding.
function isOutside(event) {
  const box = event.target.getBoundingClientRect();
  return (
    event.clientX < box.left || event.clientX > box.right || event.clientY < box.top || event.clientY > box.bottom
  );
}

// The menu of the person closes like any menu: by a press elsewhere or by Escape.
const menu = document.querySelector(".who");
if (menu) {
  document.addEventListener("click", (event) => {
    if (!menu.contains(event.target)) menu.open = false;
  });
  menu.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
}
