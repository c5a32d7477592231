// Comfort for people whose browser runs scripts; every page works without any of it.
"use strict";

document.documentElement.classList.add("js");

// After a refused form the list of errors is where reading goes on.
document.querySelector("[data-focus]")?.focus();

// One open menu at a time; it closes with Escape and when the work goes on elsewhere.
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.querySelector("details[data-menu][open]");
  if (menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// A second tap on a button that is already at work is not a second wish. Coming back by the back button frees it again.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("form[data-once]")) return;
  if (form.dataset.sent) event.preventDefault();
  else {
    form.dataset.sent = "yes";
    setTimeout(() => delete form.dataset.sent, 8000);
  }
});
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-print], [data-copy]");
  if (!button) return;
  if ("print" in button.dataset) print();
  else {
    navigator.clipboard?.writeText(button.dataset.copy).then(() => {
      button.querySelector("[data-copied]")?.removeAttribute("hidden");
    });
  }
});

// The names of the files just chosen, since phones do not show them all.
document.addEventListener("change", (event) => {
  if (!event.target.matches("input[data-files]")) return;
  const list = event.target.parentElement.querySelector("[data-files-list]");
  list.replaceChildren(
    ...[...event.target.files].map((file) => {
      const name = document.createElement("bdi");
      name.textContent = file.name;
      return name;
    }),
  );
});

// Keys for people who handle forty cases a day: data-key="a" is pressed or focused by that key outside of inputs.
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.target.closest("input, textarea, select, [contenteditable]")) return;
  for (const target of document.querySelectorAll("[data-key]")) {
    if (target.dataset.key !== event.key) continue;
    event.preventDefault();
    if (target.matches("input, textarea, select")) target.focus();
    else target.click();
    return;
  }
});
