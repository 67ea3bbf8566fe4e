// Asking the platform: a development token for a demo person, questions to reporting, and the feed as it arrives.

const SILENCE = 40_000; // milliseconds without a byte (a heartbeat comes every 15 s), then the stream is taken for lost
const tokens = new Map();

export class Problem extends Error {
  constructor(status, detail) {
    super(detail);
    this.status = status;
  }
}

async function problemOf(response) {
  const body = await response.json().catch(() => ({}));
  return new Problem(response.status, body.detail ?? body.error_description ?? `HTTP ${response.status}`);
}

async function tokenOf(viewer) {
  if (!tokens.has(viewer)) {
    const body = new URLSearchParams({ grant_type: "password", username: viewer, password: "" });
    const response = await fetch("/issuer/token", { method: "POST", body });
    if (!response.ok) throw await problemOf(response);
    tokens.set(viewer, (await response.json()).access_token);
  }
  return tokens.get(viewer);
}

// A token may have expired since; it is asked for once more.
async function authorised(viewer, path, options = {}, service = "reporting") {
  for (const last of [false, true]) {
    const headers = { ...options.headers, Authorization: `Bearer ${await tokenOf(viewer)}` };
    const response = await fetch(`/api/${service}${path}`, { ...options, headers, cache: "no-store" });
    if (response.ok) return response;
    if (response.status !== 401 || last) throw await problemOf(response);
    tokens.delete(viewer);
  }
}

export async function ask(viewer, path, service = "reporting") {
  return (await authorised(viewer, path, {}, service)).json();
}

// Reads one server-sent event after the other from text that arrives in any pieces. EventSource cannot send Authorization.
export class EventReader {
  #rest = "";
  #fields = {};

  * read(text) {
    const lines = (this.#rest + text).split("\n");
    this.#rest = lines.pop();
    for (const line of lines) {
      if (line === "") {
        if (Object.keys(this.#fields).length) yield this.#fields;
        this.#fields = {};
      } else if (!line.startsWith(":")) {
        const [, name, value] = line.match(/^([^:]*)(?:: ?(.*))?$/);
        this.#fields[name] = name in this.#fields && name === "data" ? `${this.#fields.data}\n${value}` : value ?? "";
      }
    }
  }
}

// The feed for as long as it is wanted: it comes back by itself, strictly after the last event that was seen.
export class Feed {
  #viewer;
  #told;
  #last = null;
  #retry = 3000;
  #stopped = new AbortController();

  // told: { state(name), event(data), figures(data), reset(), panels(data) if they are asked for }
  constructor(viewer, told) {
    this.#viewer = viewer;
    this.#told = told;
  }

  stop() {
    this.#stopped.abort();
  }

  async run() {
    while (!this.#stopped.signal.aborted) {
      try {
        await this.#listen();
      } catch (error) {
        if (this.#stopped.signal.aborted) return;
        console.info("feed interrupted", error.message);
      }
      if (this.#stopped.signal.aborted) return;
      this.#told.state("lost");
      await this.#pause();
      this.#told.state("connecting");
    }
  }

  async #listen() {
    const connection = new AbortController();
    const signal = AbortSignal.any([this.#stopped.signal, connection.signal]);
    const headers = this.#last ? { "Last-Event-ID": this.#last } : {};
    const response = await authorised(this.#viewer, `/v1/feed${this.#last ? "" : "?recent=50"}`, { headers, signal });
    const pieces = response.body.pipeThrough(new TextDecoderStream()).getReader();
    const reader = new EventReader();
    this.#told.state("live");
    let watchdog;
    try {
      for (;;) {
        clearTimeout(watchdog);
        watchdog = setTimeout(() => connection.abort(), SILENCE);
        const { value, done } = await pieces.read();
        if (done) return;
        for (const fields of reader.read(value)) this.#take(fields);
      }
    } finally {
      clearTimeout(watchdog);
    }
  }

  #take({ id, event, data, retry }) {
    if (retry) this.#retry = Number(retry);
    if (id) this.#last = id;
    if (data === undefined) return;
    if (event === "figures") this.#told.figures(JSON.parse(data));
    else if (event === "panels") this.#told.panels?.(JSON.parse(data));
    else if (event === "reset") this.#told.reset(JSON.parse(data));
    else this.#told.event(JSON.parse(data));
  }

  // As long as the server asked for, or until the network is back or the page is looked at again.
  #pause() {
    return new Promise((resolve) => {
      const done = new AbortController();
      const go = () => { done.abort(); resolve(); };
      const timer = setTimeout(go, this.#retry);
      done.signal.addEventListener("abort", () => clearTimeout(timer));
      addEventListener("online", go, { signal: done.signal });
      document.addEventListener("visibilitychange", () => document.hidden || go(), { signal: done.signal });
      this.#stopped.signal.addEventListener("abort", go, { signal: done.signal });
    });
  }
}
