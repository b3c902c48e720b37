// 补录 by keyboard: arrows move, Enter goes down, a digit or the first letter of a sign writes it. Without this file
// the cells are plain fields that take the same signs.
const SIGNS = { 1: "旷", k: "旷", 2: "核", h: "核", 3: "事", s: "事", 4: "病", b: "病", 5: "公", g: "公",
  6: "迟", c: "迟", 7: "退", t: "退", 0: "○", o: "○" };
const form = document.querySelector("[data-month-entry]");

function cellsOf(row) {
  return [...row.cells].map((cell) => cell.querySelector(".entry-cell"));
}

// The next field from a cell in a direction; days on which a child is not in the class are passed over.
function neighbour(field, down, right) {
  const row = field.closest("tr");
  let column = cellsOf(row).indexOf(field);
  if (right) {
    const fields = cellsOf(row);
    do column += right; while (column in fields && !fields[column]);
    return fields[column];
  }
  let next = row;
  do next = down > 0 ? next.nextElementSibling : next.previousElementSibling; while (next && !cellsOf(next)[column]);
  return next && cellsOf(next)[column];
}

function move(event, down, right) {
  const next = neighbour(event.target, down, right);
  event.preventDefault();
  next?.focus();
  next?.select();
}

function write(field, sign) {
  field.value = sign;
  field.removeAttribute("aria-invalid");
  settle(field);
}

// A column in which anything stands is taken to be ticked; it is shown so at once.
function settle(field) {
  const [, , ...key] = field.name.split("-");
  const tick = form.elements[`t-${key.join("-")}`];
  if (tick && field.value.trim()) tick.checked = true;
  count();
}

function count() {
  const ticked = form.querySelectorAll('input[name^="t-"]:checked').length;
  const state = form.querySelector("[data-entry-state]");
  if (state) state.textContent = ticked ? `这次登记${ticked}次。` : "";
}

const MOVES = { ArrowDown: [1, 0], ArrowUp: [-1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1], Enter: [1, 0] };

form?.addEventListener("keydown", (event) => {
  if (!event.target.matches(".entry-cell") || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key in MOVES) {
    const [down, right] = MOVES[event.key];
    move(event, event.shiftKey && event.key === "Enter" ? -down : down, right);
  } else if (event.key.toLowerCase() in SIGNS) {
    event.preventDefault();
    write(event.target, SIGNS[event.key.toLowerCase()]);
  } else if (["Backspace", "Delete", " "].includes(event.key)) {
    event.preventDefault();
    write(event.target, "");
  }
});
form?.addEventListener("input", (event) => event.target.matches(".entry-cell") && !event.isComposing && settle(event.target));
form?.addEventListener("change", count);
form?.addEventListener("focusin", (event) => event.target.matches(".entry-cell") && event.target.select());
if (form) count();
