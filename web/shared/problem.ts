// What a service answers when it does not do as asked: RFC 9457 with a stable code, in Chinese and English.
import { either, t } from "./language";

export interface ProblemBody {
  code?: string;
  status?: number;
  title?: string;
  detail?: string;
  basis?: string | null;
  errors?: { pointer: string; title: string; detail: string }[];
  also?: ProblemBody[];
}

/** A service did not do as asked, and said why. */
export class Problem extends Error {
  constructor(readonly status: number, readonly body: ProblemBody) {
    super(body.detail ?? body.title ?? `HTTP ${status}`);
  }

  get code(): string {
    return this.body.code ?? `http-${this.status}`;
  }

  /** What to tell the person, in the chosen language: `detail` is Chinese, `title` English in every problem of the platform. */
  get said(): string {
    return either(this.body.detail, this.body.title) || this.message;
  }
}

/** The network gave no answer: nothing is known of what became of the request. */
export class Unreachable extends Error {}

/** What to tell the person about whatever went wrong. */
export function saidOf(error: unknown): string {
  if (error instanceof Problem) return error.said;
  if (error instanceof Unreachable) return t("无法连接平台，请稍后重试", "the platform cannot be reached; try again later");
  return error instanceof Error ? error.message : String(error);
}
