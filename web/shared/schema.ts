// The bodies of commands as their OpenAPI says: read when a form is wanted, from a small file a service.
import type { InjectionKey } from "vue";
import type { Service } from "./api";

/** Whose command a form is of, for the fields in it. */
export const OF_SERVICE: InjectionKey<Service> = Symbol("service");

export interface Schema {
  $ref?: string;
  type?: string;
  title?: string;
  description?: string;
  enum?: string[];
  const?: unknown;
  format?: string;
  pattern?: string;
  default?: unknown;
  minimum?: number;
  maximum?: number;
  maxLength?: number;
  minLength?: number;
  maxItems?: number;
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: boolean | Schema;
  anyOf?: Schema[];
  oneOf?: Schema[];
}

export interface Command {
  summary: string;
  description: string;
  guarded: boolean; // taken only with the version that the person saw (If-Match)
  body: Schema | null;
}

export interface Commands {
  commands: Record<string, Command>;
  schemas: Record<string, Schema>;
}

const FILES: Record<Service, () => Promise<unknown>> = {
  inspection: () => import("../generated/inspection.commands.json"),
  penalty: () => import("../generated/penalty.commands.json"),
  registry: () => import("../generated/registry.commands.json"),
  reporting: () => import("../generated/reporting.commands.json"),
  tasks: () => import("../generated/tasks.commands.json"),
};

/** The commands of a service with their schemas, loaded when first wanted. */
export async function commandsOf(service: Service): Promise<Commands> {
  return ((await FILES[service]()) as { default: Commands }).default;
}

export interface Shape {
  schema: Schema; // without reference, and without the null that stands for "left out"
  optional: boolean;
}

/** What a schema comes to once references are followed and null is taken off. */
export function shapeOf(schema: Schema, schemas: Commands["schemas"]): Shape {
  const said = { title: schema.title, description: schema.description };
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) {
    const inner = choices.filter(({ type }) => type !== "null");
    const optional = inner.length < choices.length;
    if (inner.length === 1 && inner[0]) {
      const shape = shapeOf(inner[0], schemas);
      return { schema: { ...shape.schema, ...whatIs(said), default: schema.default }, optional: optional || shape.optional };
    }
    return { schema, optional };
  }
  if (schema.$ref) {
    const named = schemas[schema.$ref.split("/").at(-1) ?? ""] ?? {};
    return { schema: { ...shapeOf(named, schemas).schema, ...whatIs({ description: schema.description }), default: schema.default }, optional: false };
  }
  return { schema, optional: false };
}

const whatIs = (said: Partial<Schema>): Partial<Schema> =>
  Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined));

/** What a form of a schema begins with: defaults, and nothing where there is none. */
export function emptyOf(schema: Schema, schemas: Commands["schemas"]): unknown {
  const { schema: shape, optional } = shapeOf(schema, schemas);
  if (shape.default !== undefined && shape.default !== null) return structuredClone(shape.default);
  if (optional) return undefined;
  if (shape.type === "object" && shape.properties) {
    return Object.fromEntries(Object.entries(shape.properties).map(([name, inner]) => [name, emptyOf(inner, schemas)]));
  }
  if (shape.type === "array") return [];
  if (shape.type === "object") return {};
  return undefined;
}

/** What is sent of what was filled in: nothing that was left empty. */
export function withoutEmpty(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutEmpty).filter((one) => one !== undefined);
  if (value !== null && typeof value === "object") {
    const kept = Object.entries(value).map(([name, inner]) => [name, withoutEmpty(inner)]).filter(([, inner]) => inner !== undefined);
    return Object.fromEntries(kept);
  }
  return value === "" || value === null ? undefined : value;
}

const YUAN = /^(\d{1,13})(?:\.(\d{1,2}))?$/;

/** Yuan as they are typed in, in fen, exactly; null where it is no sum. */
export function fenOf(yuan: string): number | null {
  const found = YUAN.exec(yuan.replace(/[,，\s¥￥]/g, ""));
  return found ? Number(found[1]) * 100 + Number((found[2] ?? "").padEnd(2, "0")) : null;
}

/** Fen in yuan as they are typed in, without a sign of currency: `12345.60`. */
export function yuanOf(fen: number): string {
  return `${Math.trunc(fen / 100)}${fen % 100 ? `.${String(fen % 100).padStart(2, "0")}` : ""}`;
}
