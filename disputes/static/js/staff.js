// Keys and small comforts for the staff's pages; each page works without any of it.
"use strict";

// j and k walk through the rows of a list, o or Enter opens the one that has the focus.
const rows = () => [...document.querySelectorAll("[data-row] .row-link")];
const step = (by) => {
  const links = rows();
  if (!links.length) return;
  const at = links.indexOf(document.activeElement);
  const next = links[at < 0 ? (by > 0 ? 0 : links.length - 1) : Math.min(Math.max(at + by, 0), links.length - 1)];
  next.focus();
  next.closest("[data-row]").scrollIntoView({ block: "nearest" });
};

// g and then a letter goes somewhere, as q to the queue.
const places = { q: "/staff/", s: "/staff/merchants", l: "/staff/letters" };
let going = 0;

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.target.closest("input, textarea, select, [contenteditable]")) return;
  if (going && Date.now() - going < 1500 && places[event.key]) {
    event.preventDefault();
    event.stopImmediatePropagation();
    location.assign(places[event.key]);
    return;
  }
  going = event.key === "g" ? Date.now() : 0;
  if (event.key === "j") step(1);
  else if (event.key === "k") step(-1);
  else if (event.key === "o" && document.activeElement?.matches(".row-link")) document.activeElement.click();
}, true);

// A form that somebody opens takes the focus, so that one key is enough to begin writing.
for (const act of document.querySelectorAll("details.act")) {
  let asked = false;
  act.querySelector("summary").addEventListener("click", () => (asked = true));
  act.addEventListener("toggle", () => {
    if (!act.open || !asked) return;
    asked = false;
    act.querySelector("textarea, input:not([type=hidden], [type=file]), select")?.focus({ preventScroll: true });
    act.scrollIntoView({ block: "nearest" });
  });
}
