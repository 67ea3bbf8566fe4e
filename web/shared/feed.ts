// Reporting's feed as it arrives: which panels changed, and whether it is heard at all. EventSource tells nothing of a refusal.
import { onScopeDispose, type Ref, ref } from "vue";
import { address, authorised } from "./api";
import { Problem } from "./problem";

const SILENCE = 40_000; // milliseconds without a byte (a place is told every 15 s), then the stream is taken for lost
const RETRY = 3_000; // milliseconds, until the stream itself says after how long to come back

export type Connection = "connecting" | "live" | "lost";

type Fields = Record<string, string>;

/** Reads one server-sent event after the other from text that arrives in any pieces. */
export class EventReader {
  private rest = "";
  private fields: Fields = {};

  *read(text: string): Generator<Fields> {
    const lines = (this.rest + text).split("\n");
    this.rest = lines.pop() ?? "";
    for (const line of lines) {
      if (line === "") {
        if (Object.keys(this.fields).length) yield this.fields;
        this.fields = {};
      } else if (!line.startsWith(":")) {
        const [, name = "", value = ""] = /^([^:]*)(?:: ?(.*))?$/.exec(line) ?? [];
        this.fields[name] = name === "data" && name in this.fields ? `${this.fields.data}\n${value}` : value;
      }
    }
  }
}

export interface Told {
  /** How the connection is. */
  state: (now: Connection) => void;
  /** Something was heard, if only that nothing happened. */
  heard: () => void;
  /** An event of the stream; `reset` means that what is held must be loaded anew. */
  event: (name: string, data: unknown) => void;
}

/** The feed for as long as it is wanted: it comes back by itself, strictly after the last event that was seen. */
export class Feed {
  private last: string | null = null;
  private retry = RETRY;
  private readonly stopped = new AbortController();

  constructor(private readonly query: Record<string, unknown>, private readonly told: Told) {}

  stop(): void {
    this.stopped.abort();
  }

  /** Listen until stopped; a refusal that no waiting mends ends it, lost. */
  async run(): Promise<void> {
    while (!this.stopped.signal.aborted) {
      this.told.state("connecting");
      const refused = await this.listen().then(() => false, (error: unknown) => error instanceof Problem && [401, 403, 422].includes(error.status));
      if (this.stopped.signal.aborted) return;
      this.told.state("lost");
      if (refused) return;
      await this.pause();
    }
  }

  private async listen(): Promise<void> {
    const connection = new AbortController();
    const signal = AbortSignal.any([this.stopped.signal, connection.signal]);
    const headers: Record<string, string> = this.last ? { "Last-Event-ID": this.last } : {};
    const response = await authorised(address("reporting", "/v1/feed", {}, this.query), { headers, signal });
    if (!response.body) return;
    const pieces = response.body.pipeThrough(new TextDecoderStream()).getReader();
    const reader = new EventReader();
    this.told.state("live");
    let watchdog: ReturnType<typeof setTimeout> | undefined;
    try {
      for (;;) {
        clearTimeout(watchdog);
        watchdog = setTimeout(() => connection.abort(), SILENCE);
        const { value, done } = await pieces.read();
        if (done) return;
        this.told.heard();
        for (const fields of reader.read(value)) this.take(fields);
      }
    } finally {
      clearTimeout(watchdog);
    }
  }

  private take({ id, event = "message", data, retry }: Fields): void {
    if (retry) this.retry = Number(retry);
    if (id) this.last = id;
    if (data !== undefined) this.told.event(event, JSON.parse(data));
  }

  // As long as the server asked for, or until the network is back or the page is looked at again.
  private pause(): Promise<void> {
    return new Promise((resolve) => {
      const done = new AbortController();
      const go = (): void => { done.abort(); resolve(); };
      const timer = setTimeout(go, this.retry);
      done.signal.addEventListener("abort", () => clearTimeout(timer));
      addEventListener("online", go, { signal: done.signal });
      document.addEventListener("visibilitychange", () => document.hidden || go(), { signal: done.signal });
      this.stopped.signal.addEventListener("abort", go, { signal: done.signal });
    });
  }
}

export interface Listening {
  connection: Ref<Connection>;
  /** When anything was heard last, in milliseconds of this machine's clock. */
  heardAt: Ref<number>;
}

interface Named {
  panels: { name: string }[];
}

/** Listen for changes of panels while the page is open; whoever was away is told of all, as nobody knows what was missed. */
export function usePanelsFeed(changed: (panels: "all" | Set<string>) => void): Listening {
  const connection = ref<Connection>("connecting");
  const heardAt = ref(Date.now());
  let away = false;
  const feed = new Feed({ panels: "all", figures: "none" }, {
    state: (now) => {
      if (now === "live" && away) changed("all");
      away = now === "live" ? false : away || now === "lost";
      connection.value = now;
    },
    heard: () => { heardAt.value = Date.now(); },
    event: (name, data) => {
      if (name === "panels") changed(new Set((data as Named).panels.map((panel) => panel.name)));
      else if (name === "reset") changed("all");
    },
  });
  void feed.run();
  onScopeDispose(() => feed.stop());
  return { connection, heardAt };
}
