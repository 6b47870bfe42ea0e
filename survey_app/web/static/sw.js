// Pages without a network: the shell and the forms that device.js put into the cache. Only GET is ever touched.
const CACHE = "hailong-shell";
const PATIENCE = 8000;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("message", () => self.clients.claim()); // a page that loaded while this one was activated
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

const kept = async (path) => (await caches.open(CACHE)).match(path);

// A form is answered by the kept form of its campaign, a re-check by the one form of re-checks; any other page by the
// list of what waits on this device.
const substitute = async ({ pathname }) => {
  const form = /^\/campaigns\/([^/]+)\/responses\/new$/.exec(pathname);
  const instead = form ? `/device/forms/${form[1]}` : /^\/rechecks\/[^/]+$/.test(pathname) && "/device/rechecks";
  return (instead && await kept(instead)) || kept("/device");
};

const page = async (request) => {
  const instead = await substitute(new URL(request.url));
  const asked = fetch(request);
  if (!instead) return asked;
  const late = new Promise((done) => setTimeout(done, PATIENCE));
  try {
    return await Promise.race([asked, late]) ?? instead;
  } catch {
    return instead;
  }
};

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (request.mode === "navigate") event.respondWith(page(request));
  else if (url.pathname.startsWith("/static/")) event.respondWith(kept(request).then((found) => found ?? fetch(request)));
});
