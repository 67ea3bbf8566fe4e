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
