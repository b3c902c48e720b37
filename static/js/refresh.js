// A board that keeps itself up to date: asks anew every minute while somebody looks at it and types nowhere in it.
const MINUTE = 60_000;

function refresh() {
  if (document.visibilityState !== "visible") return;
  for (const board of document.querySelectorAll("[data-refreshes]")) {
    if (!board.contains(document.activeElement)) board.dispatchEvent(new Event("refresh"));
  }
}

// After a log-out the answer is another page: go there instead of showing nothing.
document.body.addEventListener("htmx:beforeSwap", (event) => {
  const { target, serverResponse } = event.detail;
  if (target.matches("[data-refreshes]") && !serverResponse.includes("data-refreshes")) {
    event.detail.shouldSwap = false;
    window.location.reload();
  }
});

setInterval(refresh, MINUTE);
document.addEventListener("visibilitychange", refresh);
