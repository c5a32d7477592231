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

// A form that somebody opens takes the focus, so that one key is enough to begin writing. Until then it is only a link, which
// leads to it where there is no script; here it is fetched and put in its place, so that what stands in others is kept.
const begin = (act) => {
  act.querySelector("textarea, input:not([type=hidden], [type=file]), select")?.focus({ preventScroll: true });
  act.scrollIntoView({ block: "nearest" });
};
const fetched = async (link) => {
  const part = new URL(link.href);
  part.searchParams.set("part", "form");
  part.searchParams.set("version", link.dataset.form); // of the page that its writer is looking at
  const answer = await fetch(part);
  if (!answer.ok || answer.redirected) throw new Error(`no form: ${answer.status}`);
  return document.createRange().createContextualFragment(await answer.text());
};
for (const act of document.querySelectorAll("details.act")) {
  let asked = false;
  act.querySelector("summary").addEventListener("click", () => (asked = true));
  act.addEventListener("toggle", async () => {
    if (!act.open) return;
    const link = act.querySelector("a[data-form]");
    if (link && !act.dataset.fetching) {
      act.dataset.fetching = "yes";
      try {
        act.querySelector(".act-body").replaceWith(await fetched(link));
      } catch {
        location.assign(link.href); // the page itself says what is the matter
        return;
      }
    }
    if (!asked) return;
    asked = false;
    begin(act);
  });
}
