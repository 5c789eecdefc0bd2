// Keeps the app's own files on the device, so that it opens quickly and without network.
// Answers of the API are never kept here: the app itself remembers the next bookings.

// The server fills in the version and the files, each { path, hash, staff }.
const BUILD = /*BUILD*/{"version":"dev","files":[]}/*END*/;

const STORE_PREFIX = "app-";
const STORE = STORE_PREFIX + BUILD.version;
// The search and the pages of staff and officers have builds of their own; the server knows the same.
const isStaff = (path) => /^\/(staff|office)(\/|$)/.test(path);
const shellOf = (path) => (path === "/" ? "/first.html" : isStaff(path) ? "/staff.html" : "/index.html");
const PATIENCE_MS = 3000;

// Only the browser's own picture is needed offline; the big ones are for the home screen.
const FILES = BUILD.files.filter((file) => !file.path.endsWith(".png"));
const paths = (staff) => FILES.filter((file) => file.staff === staff).map((file) => new Request(file.path, { cache: "no-cache" }));

self.addEventListener("install", (event) => {
  event.waitUntil(
    (async () => {
      const store = await caches.open(STORE);
      await store.addAll(paths(false));
      // Only the devices of staff keep what staff need; one that kept the build before keeps this one.
      if (await caches.match("/staff.html")) await store.addAll(paths(true));
      // Names carry a hash of the content, so an open page and a new worker do not disturb each other.
      await self.skipWaiting();
    })(),
  );
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    (async () => {
      const names = await caches.keys();
      await Promise.all(names.filter((name) => name.startsWith(STORE_PREFIX) && name !== STORE).map((name) => caches.delete(name)));
      await self.clients.claim();
    })(),
  );
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  // What a calendar reads is no page of the app either.
  if (url.pathname.endsWith(".ics")) return;
  if (/^\/(api|docs|openapi\.json|healthz|readyz|metrics)(\/|$)/.test(url.pathname)) return;
  event.respondWith(request.mode === "navigate" ? page(event) : file(event));
});

// The newest page if the network is quick, else the one on the device.
async function page(event) {
  const store = await caches.open(STORE);
  const { pathname } = new URL(event.request.url);
  const kept = await store.match(shellOf(pathname));
  if (!kept && isStaff(pathname)) event.waitUntil(store.addAll(paths(true)).catch(() => undefined));
  const fetched = fetch(event.request);
  if (!kept) return fetched;
  // A slow answer must not become an unhandled rejection once the kept page was given.
  fetched.catch(() => undefined);
  const late = new Promise((resolve) => setTimeout(resolve, PATIENCE_MS));
  try {
    const answer = await Promise.race([fetched, late]);
    return answer && answer.ok ? answer : kept;
  } catch {
    return kept;
  }
}

async function file(event) {
  const kept = await caches.match(event.request, { cacheName: STORE });
  if (kept) return kept;
  const answer = await fetch(event.request);
  const isVendor = new URL(event.request.url).pathname.startsWith("/vendor/");
  if (isVendor && answer.ok) {
    const store = await caches.open(STORE);
    event.waitUntil(store.put(event.request, answer.clone()));
  }
  return answer;
}
