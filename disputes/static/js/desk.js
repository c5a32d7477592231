// A return desk without network: what both confirmed is kept on the device and sent when the network is back.
// Every page works without this script as long as there is a network. The server alone decides what is taken in.
"use strict";

const settings = document.currentScript.dataset;
const AGAIN_EVERY = 15000; // milliseconds
const PATIENCE = 20000; // for an answer of the server to an entry with its photographs
const LONGEST_SIDE = 2200; // pixels of a photograph that waits; enough to see a scratch

// --- the list on the device

function store() {
  return new Promise((done, failed) => {
    const asked = indexedDB.open("desk", 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore("entries", { keyPath: "entry" });
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => failed(asked.error);
  });
}

async function inStore(mode, work) {
  const opened = await store();
  try {
    return await new Promise((done, failed) => {
      const transaction = opened.transaction("entries", mode);
      const asked = work(transaction.objectStore("entries"));
      transaction.oncomplete = () => done(asked.result);
      transaction.onerror = transaction.onabort = () => failed(transaction.error);
    });
  } finally {
    opened.close();
  }
}

const keep = (entry) => inStore("readwrite", (entries) => entries.put(entry));
const drop = (name) => inStore("readwrite", (entries) => entries.delete(name));
const all = async () => (await inStore("readonly", (entries) => entries.getAll())).sort((a, b) => a.made - b.made);

// --- what it looks like

const box = document.querySelector("[data-waiting]");
const said = box?.querySelector("[data-words]").dataset;

async function draw() {
  const entries = await all();
  box.hidden = entries.length === 0 && navigator.onLine;
  box.querySelector("[data-no-network]").hidden = navigator.onLine;
  box.querySelector("[data-send]").hidden = !entries.some((entry) => !entry.outcome);
  box.querySelector("[data-entries]").replaceChildren(...entries.map(row));
}

function row(entry) {
  const made = box.querySelector("[data-entry-row]").content.cloneNode(true).firstElementChild;
  made.dataset.entry = entry.entry;
  made.dataset.outcome = entry.outcome || "waiting";
  made.querySelector("[data-number]").textContent = entry.spoken;
  made.querySelector("[data-made]").textContent = new Date(entry.made).toLocaleString(document.documentElement.lang);
  made.querySelector("[data-goods]").textContent = `${entry.goods.join(", ")} · ${entry.seal}`;
  const state = made.querySelector("[data-state]");
  if (entry.outcome === "taken") state.textContent = said.sent;
  else if (entry.outcome === "conflict") state.textContent = said.conflict;
  else if (entry.outcome === "refused") state.textContent = `${said.refused} ${entry.words || ""}`;
  else if (entry.desk !== settings.desk && settings.desk) state.textContent = said.other;
  else state.textContent = sending ? said.sending : said.waits;
  const open = made.querySelector("[data-open]");
  if (entry.url) {
    open.href = entry.url;
    if (entry.outcome === "taken") open.textContent = said.receipt;
    open.hidden = false;
  }
  const away = made.querySelector("[data-drop]");
  away.hidden = !entry.outcome;
  away.addEventListener("click", () => drop(entry.entry).then(draw));
  return made;
}

// --- sending

let sending = false;

async function send() {
  if (sending) return;
  const waiting = (await all()).filter((entry) => !entry.outcome);
  if (!waiting.length) return;
  sending = true;
  try {
    const pulse = await ask(settings.pulse);
    const signedIn = pulse !== null;
    box.querySelector("[data-sign-in]").hidden = signedIn;
    if (signedIn) {
      await draw();
      for (const entry of waiting.filter((one) => one.desk === String(pulse.desk))) await sendOne(entry, pulse.csrf);
    }
  } catch {
    // No network yet; the next try comes by itself.
  }
  sending = false;
  await draw();
}

// JSON from us; null when somebody has to sign in first. Throws without a network.
async function ask(address, options = {}) {
  const answer = await fetch(address, {
    cache: "no-store",
    headers: { Accept: "application/json" },
    signal: AbortSignal.timeout(PATIENCE),
    ...options,
  });
  if (!(answer.headers.get("Content-Type") || "").includes("json")) {
    if (answer.status === 413) return { outcome: "refused", words: said.large };
    if (answer.redirected || answer.status < 500) return null;
    throw new Error(String(answer.status));
  }
  return answer.json();
}

async function sendOne(entry, csrf) {
  const body = new FormData();
  for (const [name, value, file] of entry.fields) file ? body.append(name, value, file) : body.append(name, value);
  body.set("csrf_token", csrf);
  const answer = await ask(entry.action, { method: "POST", body });
  if (answer === null) return;
  await keep({ ...entry, fields: [], outcome: answer.outcome, words: answer.words, url: answer.url });
}

// --- both confirm without network

async function reachable() {
  if (!navigator.onLine) return false;
  try {
    await ask(settings.pulse, { signal: AbortSignal.timeout(5000) });
    return true;
  } catch {
    return false;
  }
}

function lines(form) {
  return [...form.querySelectorAll("[data-item]")]
    .filter((item) => item.querySelector("input[data-take]:checked, input[type=hidden][data-take]"))
    .map((item) => ({
      item,
      goods: item.dataset.goods,
      quantity: item.querySelector("[data-quantity]").value,
      grade: item.querySelector("[data-grades] input:checked"),
    }));
}

function complete(form, chosen) {
  const photographs = chosen.every(({ item }) => [...item.querySelectorAll("[data-needed]")].every((one) => one.files.length));
  return chosen.length > 0 && chosen.every((line) => line.grade) && photographs && form.querySelector("[data-seal]").value.trim();
}

function list(target, chosen, worded) {
  target.replaceChildren(
    ...chosen.map((line) => {
      const entry = document.createElement("li");
      const goods = document.createElement("p");
      goods.className = "desk-goods";
      const named = document.createElement("bdi");
      named.textContent = `${line.goods} × ${line.quantity}`;
      goods.append(named);
      const state = document.createElement("p");
      state.textContent = worded(line);
      entry.append(goods, state);
      return entry;
    }),
  );
}

function fill(part, form, chosen) {
  for (const target of part.querySelectorAll("[data-lines]")) {
    // The visitor's list carries the names of the conditions in the visitor's language.
    const names = target.dataset;
    list(target, chosen, (line) =>
      names.condition
        ? names.condition.replace("{state}", names[line.grade.value.replace(/_(\w)/g, (_, c) => c.toUpperCase())])
        : line.grade.parentElement.querySelector(".tile-title").textContent,
    );
  }
  for (const target of part.querySelectorAll("[data-said-seal]")) target.textContent = form.querySelector("[data-seal]").value.trim();
  const now = new Date().toLocaleString(part.querySelector(".visitor-half")?.lang || undefined, { dateStyle: "medium", timeStyle: "short" });
  for (const target of part.querySelectorAll("[data-said-moment]")) target.textContent = now;
}

// A photograph as small as it may be while it still shows everything; as it is where the browser cannot do that.
async function smaller(file) {
  try {
    const drawn = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, LONGEST_SIDE / Math.max(drawn.width, drawn.height));
    if (scale === 1 && file.size < 1500000) return file;
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(drawn.width * scale);
    canvas.height = Math.round(drawn.height * scale);
    canvas.getContext("2d").drawImage(drawn, 0, 0, canvas.width, canvas.height);
    const made = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.85));
    return made && made.size < file.size ? made : file;
  } catch {
    return file;
  }
}

async function keepForm(form, { go, goods, seal, more = {} }) {
  const entry = crypto.randomUUID();
  const fields = [];
  for (const [name, value] of new FormData(form)) {
    if (["csrf_token", "go", "entry", "happened_at", ...Object.keys(more)].includes(name)) continue;
    if (!(value instanceof File)) fields.push([name, value]);
    else if (value.size) fields.push([name, await smaller(value), value.name.replace(/\.\w+$/, "") + ".jpg"]);
  }
  const made = Date.now();
  const own = { go, entry, happened_at: new Date(made).toISOString(), ...more };
  for (const [name, value] of Object.entries(own)) fields.push([name, value]);
  await keep({
    entry,
    made,
    goods,
    seal,
    fields,
    action: new URL(form.getAttribute("action") || location.pathname, location.href).pathname,
    spoken: form.dataset.spoken,
    desk: settings.desk,
  });
  // Asks the browser not to tidy the list away while the device is short of space.
  navigator.storage?.persist?.();
}

function show(part, instead) {
  document.querySelector(".error-summary")?.remove();
  instead.hidden = true;
  instead.after(part);
  part.scrollIntoView({ block: "start" });
}

function submitOnline(form, button) {
  form.dataset.online = "yes";
  form.requestSubmit(button);
  delete form.dataset.online;
}

// The form of one return: with a network it goes to the server as ever; without one both confirm here.
const takeIn = document.querySelector("form[data-take-in]");
takeIn?.addEventListener(
  "submit",
  async (event) => {
    if (takeIn.dataset.online) return;
    event.preventDefault();
    event.stopPropagation();
    const button = event.submitter;
    if (await reachable()) {
      submitOnline(takeIn, button);
      return;
    }
    const chosen = lines(takeIn);
    const missing = takeIn.querySelector("[data-incomplete]");
    missing.hidden = Boolean(complete(takeIn, chosen));
    if (!missing.hidden) {
      missing.scrollIntoView({ block: "center" });
      return;
    }
    const part = document.querySelector("template[data-both]").content.cloneNode(true).firstElementChild;
    fill(part, takeIn, chosen);
    part.querySelector("[data-correct]").addEventListener("click", () => {
      part.remove();
      takeIn.hidden = false;
    });
    part.querySelector("[data-keep]").addEventListener("click", async () => {
      const unconfirmed = part.querySelector("[data-unconfirmed]");
      unconfirmed.hidden = [...part.querySelectorAll("[data-agrees]")].every((tick) => tick.checked);
      if (!unconfirmed.hidden) return;
      await keepForm(takeIn, {
        go: "now",
        goods: chosen.map((line) => `${line.goods} × ${line.quantity}`),
        seal: takeIn.querySelector("[data-seal]").value.trim(),
        more: { desk_agrees: "y", visitor_agrees: "y" },
      });
      const kept = document.querySelector("template[data-kept]").content.cloneNode(true).firstElementChild;
      fill(kept, takeIn, chosen);
      part.replaceWith(kept);
      await draw();
      kept.scrollIntoView({ block: "start" });
      send();
    });
    show(part, takeIn);
  },
  true,
);

// The confirming screen that the server made: if the network went away meanwhile, what both tick is kept.
const both = document.querySelector("form[data-both-confirm]");
both?.addEventListener(
  "submit",
  async (event) => {
    if (both.dataset.online || event.submitter?.value !== "confirm") return;
    event.preventDefault();
    event.stopPropagation();
    const ticks = both.querySelectorAll('input[type="checkbox"]');
    if ((await reachable()) || ![...ticks].every((tick) => tick.checked)) {
      submitOnline(both, event.submitter);
      return;
    }
    await keepForm(both, {
      go: "confirm",
      goods: [...both.querySelectorAll("[data-line]")].map((line) => line.dataset.line),
      seal: both.querySelector("[data-own-seal]").textContent,
    });
    const kept = document.createElement("div");
    kept.className = "desk-both";
    kept.append(document.querySelector("template[data-kept]").content.cloneNode(true));
    show(kept, both);
    await draw();
    send();
  },
  true,
);

// The page that stands in for any other: only what was opened here today can be reached.
const find = document.querySelector("form[data-offline-find]");
find?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const typed = find.number.value.normalize("NFKC").replace(/\D/g, "");
  const address = new URL(find.dataset.pattern.replace("0000000000", typed), location.href);
  const known = typed.length === 10 && ((await reachable()) || (await caches.match(address.href)));
  find.querySelector("[data-unknown]").hidden = Boolean(known);
  if (known) location.assign(address);
});

// --- at work

if (box && window.indexedDB) {
  box.querySelector("[data-send]").addEventListener("click", send);
  addEventListener("online", () => draw().then(send));
  addEventListener("offline", draw);
  draw().then(send);
  setInterval(send, AGAIN_EVERY);
}
if ("serviceWorker" in navigator) {
  navigator.serviceWorker.register(settings.worker, { scope: settings.scope }).catch(() => {});
  for (const form of document.querySelectorAll('form[action$="/sign-out"]')) {
    form.addEventListener("submit", () => navigator.serviceWorker.controller?.postMessage("forget"));
  }
  // A return that is opened is kept with its form, so that it can be taken in when the network is gone.
  const opened = document.querySelector("a[data-keep-page]");
  if (opened) {
    navigator.serviceWorker.ready.then(() => keepPage(opened.href)).catch(() => {});
  }
}

async function keepPage(address) {
  const answer = await fetch(address, { cache: "no-store" });
  if (answer.ok && !answer.redirected) await (await caches.open("desk-pages")).put(address, answer);
}
