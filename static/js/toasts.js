// A toast with 撤销 counts down and goes; one that only confirms goes by itself; a warning stays until it is closed.
const CONFIRMED_SECONDS = 6;

for (const toast of document.querySelectorAll("[data-toast]")) {
  toast.querySelector(".toast-close")?.addEventListener("click", () => toast.remove());
  const left = toast.querySelector(".toast-left");
  if (left) {
    countDown(toast, Number(toast.dataset.toast), (seconds) => {
      left.textContent = `${seconds} 秒`;
    });
  } else if (toast.matches(".page-toasts .tone-ok, .page-toasts .tone-note")) {
    countDown(toast, CONFIRMED_SECONDS, () => {});
  }
}

// Whoever points at the toast or is on its button is about to act: the clock waits.
function countDown(toast, seconds, show) {
  show(seconds);
  const clock = setInterval(() => {
    if (toast.matches(":hover, :focus-within")) return;
    seconds -= 1;
    if (seconds > 0) {
      show(seconds);
    } else {
      clearInterval(clock);
      toast.remove();
    }
  }, 1000);
}
