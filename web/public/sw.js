// Keeps the app's own files on the device, so that it opens quickly and without network.
// Answers of the API are never kept here: the app itself remembers the next bookings.

// The server fills in the version and the files, each { path, hash, audience }.
const BUILD = /*BUILD*/{"version":"dev","files":[]}/*END*/;

const STORE_PREFIX = "app-";
const STORE = STORE_PREFIX + BUILD.version;
// The search, the pages of staff and those of officers have builds of their own; the server knows the same.
const audienceOf = (path) => /^\/(staff|office)(?=\/|$)/.exec(path)?.[1] ?? "family";
const SHELLS = { family: "/index.html", staff: "/staff.html", office: "/office.html" };
const shellOf = (path) => (path === "/" ? "/first.html" : SHELLS[audienceOf(path)]);
const PATIENCE_MS = 3000;

// Only the browser's own picture is needed offline; the big ones are for the home screen.
const FILES = BUILD.files.filter((file) => !file.path.endsWith(".png"));
const paths = (audience) =>
  FILES.filter((file) => file.audience === audience).map((file) => new Request(file.path, { cache: "no-cache" }));

self.addEventListener("install", (event) => {
  event.waitUntil(
    (async () => {
      const store = await caches.open(STORE);
      await store.addAll(paths("family"));
      // Only the devices of staff keep what staff need, and those of officers theirs; one that kept the build before keeps this one.
      for (const audience of ["staff", "office"]) {
        if (await caches.match(SHELLS[audience])) await store.addAll(paths(audience));
      }
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
  if (/^\/(api|docs|n|openapi\.json|healthz|readyz|metrics)(\/|$)/.test(url.pathname)) return;
  event.respondWith(request.mode === "navigate" ? page(event) : file(event));
});

// The newest page if the network is quick, else the one on the device.
async function page(event) {
  const store = await caches.open(STORE);
  const { pathname } = new URL(event.request.url);
  const kept = await store.match(shellOf(pathname));
  event.waitUntil(keep(audienceOf(pathname)));
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

// A page of staff asks to be kept whole: it may have been opened before this worker was there.
self.addEventListener("message", (event) => {
  if (event.data === "keep-staff") event.waitUntil(keep("staff"));
});

async function keep(audience) {
  const store = await caches.open(STORE);
  if (!(await store.match(SHELLS[audience]))) await store.addAll(paths(audience)).catch(() => undefined);
}

// Notices. What comes says no more than a lock screen may show.
self.addEventListener("push", (event) => event.waitUntil(told(event)));

async function told(event) {
  // A browser that understands the message by itself shows it by itself.
  const shows = Boolean(event.notification);
  const message = shows ? { app_badge: event.appBadge, notification: event.notification } : read(event.data);
  const { title, body, lang, dir, tag, navigate, data } = message.notification;
  if (!shows) {
    // Whatever came, browsers insist on something to be seen.
    await self.registration.showNotification(title, {
      body,
      lang,
      dir,
      tag,
      renotify: Boolean(tag),
      icon: "/icons/icon-192.png",
      data: { navigate },
    });
    await badge(message.app_badge);
  }
  // Windows that are open count anew.
  for (const window of await self.clients.matchAll({ type: "window", includeUncontrolled: true })) window.postMessage("notices");
  if (data?.receipt) await post("/api/v1/notices/receipts", { token: data.receipt });
}

function read(data) {
  try {
    const message = data.json();
    if (message.notification.title) return message;
  } catch {
    // It is told below that something came.
  }
  return { notification: { title: "弓ヶ浜", body: "お知らせがあります / You have a notice", navigate: "/notices" } };
}

async function badge(count) {
  if (typeof count !== "number" || !navigator.setAppBadge) return;
  await (count > 0 ? navigator.setAppBadge(count) : navigator.clearAppBadge()).catch(() => undefined);
}

const post = (address, body) =>
  fetch(address, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) }).catch(() => undefined);

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(open(event.notification.data?.navigate));
});

// The one next step, in a window that is open, or in a new one.
async function open(navigate) {
  const asked = new URL(navigate ?? "/notices", self.location.origin);
  const address = asked.origin === self.location.origin ? asked.href : new URL("/notices", self.location.origin).href;
  const [shown] = await self.clients.matchAll({ type: "window" });
  const front = await shown?.focus().catch(() => shown);
  // A window that this worker has no hand in cannot be led on.
  const led = await front?.navigate(address).catch(() => undefined);
  return led ?? self.clients.openWindow(address);
}

// The browser has changed where it can be reached: the same device at another address.
self.addEventListener("pushsubscriptionchange", (event) => event.waitUntil(renew(event)));

async function renew({ oldSubscription, newSubscription }) {
  const subscribe = async () => {
    const { key } = await (await fetch("/api/v1/push/key")).json();
    return self.registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
  };
  const subscription = newSubscription ?? (await subscribe());
  await post("/api/v1/devices", { ...subscription.toJSON(), replaces: oldSubscription?.endpoint });
}
