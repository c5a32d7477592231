// Keeps the pages of a desk at hand for minutes without network: what was opened today, and one page for all others.
// It answers for addresses below its own scope only; what is sent goes to the server or to the page's own list, never here.
"use strict";

const PAGES = "desk-pages";
const FILES = "desk-files";
const OFFLINE = new URL("offline", self.registration.scope).href;
const KEPT_FOR = 12 * 3600 * 1000; // milliseconds
const MOST_PAGES = 40;
const MOST_FILES = 60;
const PATIENCE = 8000; // milliseconds for a page that was kept already

self.addEventListener("install", (event) => {
  self.skipWaiting();
  event.waitUntil(keepOfflinePage());
});
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

// After signing out nothing of anybody stays on the device.
self.addEventListener("message", (event) => {
  if (event.data === "forget") event.waitUntil(caches.delete(PAGES));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (url.pathname.startsWith("/static/") || url.pathname.includes("/static/")) event.respondWith(file(request));
  else if (request.mode === "navigate") event.respondWith(page(event, request, url));
});

async function keepOfflinePage() {
  const answer = await fetch(OFFLINE, { cache: "no-store" });
  if (!answer.ok) return;
  const words = await answer.clone().text();
  const files = await caches.open(FILES);
  await files.put(OFFLINE, answer);
  const wanted = [...words.matchAll(/(?:href|src)="([^"#]*\/static\/[^"#]+)/g)].map((found) => found[1]);
  await Promise.allSettled([...new Set(wanted)].map((address) => files.add(address)));
}

async function file(request) {
  const files = await caches.open(FILES);
  const known = await files.match(request);
  if (known) return known;
  const answer = await fetch(request);
  if (answer.ok) {
    await files.put(request, answer.clone());
    await trim(files, MOST_FILES);
  }
  return answer;
}

async function page(event, request, url) {
  const pages = await caches.open(PAGES);
  const known = await fresh(pages, url);
  try {
    const answer = await (known ? Promise.race([fetch(request), late()]) : fetch(request));
    const kept = /\/(?:returns\/\d+(?:\/take-in)?)?$/.test(url.pathname) && !url.search;
    if (answer.ok && !answer.redirected && kept) {
      event.waitUntil(pages.put(url.href, answer.clone()).then(() => trim(pages, MOST_PAGES)));
    }
    return answer;
  } catch {
    return known || (await caches.match(OFFLINE)) || Response.error();
  }
}

async function fresh(pages, url) {
  const known = await pages.match(url.href);
  if (!known) return undefined;
  const age = Date.now() - Date.parse(known.headers.get("Date") || "");
  if (age < KEPT_FOR) return known;
  await pages.delete(url.href);
  return undefined;
}

function late() {
  return new Promise((_, fail) => setTimeout(() => fail(new Error("late")), PATIENCE));
}

async function trim(cache, most) {
  const keys = (await cache.keys()).filter((key) => key.url !== OFFLINE);
  await Promise.all(keys.slice(0, Math.max(keys.length - most, 0)).map((key) => cache.delete(key)));
}
