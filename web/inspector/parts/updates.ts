// An app that stays open for days looks for a new version by itself; a browser does so only when a page is loaded.
const EVERY = 3_600_000; // milliseconds
let looking = false;

/** Look for a new version now and then, while there is a network and the page is looked at. */
export function lookForUpdates(worker: ServiceWorkerRegistration | undefined): void {
  if (!worker || looking) return;
  looking = true;
  const look = () => void (navigator.onLine && document.visibilityState === "visible" && worker.update().catch(() => undefined));
  setInterval(look, EVERY);
  window.addEventListener("online", look);
}

/**
 * Have the version that waits take over, and load the page anew from it.
 *
 * The worker itself says when it has taken over. A page that was opened before the app had any worker is controlled by none,
 * and would never hear of a change of its controller. Another tab may have had it take over already: then only the page is old.
 */
export async function change(): Promise<void> {
  const waiting = (await navigator.serviceWorker.getRegistration())?.waiting;
  if (!waiting) return location.reload();
  waiting.addEventListener("statechange", () => waiting.state === "activated" && location.reload());
  waiting.postMessage({ type: "SKIP_WAITING" });
}
