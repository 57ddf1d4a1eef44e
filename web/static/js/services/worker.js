/* Answers for the page of services where there is no line. `KNOWN`, which the service
 * writes in front, names what is kept: a shell without names, its styles and scripts. No
 * other page and nothing anybody typed is ever kept here. */

const PATIENCE_MS = 8_000;

self.addEventListener("install", (event) => {
  event.waitUntil(
    (async () => {
      const kept = await caches.open(KNOWN.name);
      await kept.addAll(KNOWN.parts);
      await kept.put(KNOWN.shell, await fetch(KNOWN.shell, { headers: { "X-Part": "shell" } }));
      await self.skipWaiting();
    })(),
  );
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    (async () => {
      const old = (await caches.keys()).filter((name) => name.startsWith("services-") && name !== KNOWN.name);
      await Promise.all(old.map((name) => caches.delete(name)));
      await self.clients.claim();
    })(),
  );
});

self.addEventListener("fetch", (event) => {
  const asked = new URL(event.request.url);
  if (event.request.method !== "GET" || asked.origin !== self.location.origin) return;
  if (event.request.mode === "navigate" && asked.pathname === KNOWN.page) event.respondWith(page(event.request));
  else if (KNOWN.parts.includes(asked.pathname)) event.respondWith(part(event.request));
});

async function page(request) {
  const shell = await caches.match(KNOWN.shell, { ignoreVary: true });
  if (!shell) return fetch(request);
  const over = new AbortController();
  const waiting = setTimeout(() => over.abort(), PATIENCE_MS);
  try {
    return await fetch(request, { signal: over.signal });
  } catch {
    return shell;
  } finally {
    clearTimeout(waiting);
  }
}

async function part(request) {
  return (await caches.match(request, { ignoreVary: true })) ?? fetch(request);
}
