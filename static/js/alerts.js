// 有学生不在: a teacher's home looks every 20 seconds whether there is something new, only while somebody sees it.
// Whoever is about to press a button is not interrupted.
const SECONDS = 20;

function look() {
  const alerts = document.getElementById("alerts");
  if (alerts && document.visibilityState === "visible" && !alerts.matches(":has(:focus-visible, :active)")) {
    window.htmx?.trigger(alerts, "look");
  }
}

setInterval(look, SECONDS * 1000);
document.addEventListener("visibilitychange", look);
