// What is nested in a book as fields: the command's own schema, and whatever a book holds beyond it by its kind.
import { type Schema, shapeOf } from "../../shared/schema";

type Schemas = Record<string, Schema>;

/** The schema of a value: what is said of it, with what else is in it; of several rows in a list, what is in any. */
export function schemaOf(value: unknown, said: Schema | undefined, schemas: Schemas): Schema {
  const { schema: shape, optional } = said ? shapeOf(said, schemas) : { schema: {}, optional: false };
  const whole = completed(value, shape, schemas);
  return optional || value === null ? { title: whole.title, description: whole.description, anyOf: [whole, { type: "null" }] } : whole;
}

function completed(value: unknown, shape: Schema, schemas: Schemas): Schema {
  const together = (values: unknown[], one: Schema | undefined) => values.reduce<Schema | undefined>((known, inner) => schemaOf(inner, known, schemas), one);
  if (Array.isArray(value)) return { ...shape, type: "array", items: together(value, shape.items) ?? { type: "string" } };
  if (value !== null && typeof value === "object") {
    if (!shape.properties && typeof shape.additionalProperties === "object") {
      return { ...shape, additionalProperties: together(Object.values(value), shape.additionalProperties) };
    }
    const told = Object.entries(value).map(([name, inner]) => [name, schemaOf(inner, shape.properties?.[name], schemas)] as const);
    return { ...shape, type: "object", properties: { ...shape.properties, ...Object.fromEntries(told) } };
  }
  if (shape.type || shape.enum) return shape;
  const type = typeof value === "boolean" ? "boolean" : typeof value === "number" ? "integer" : "string";
  return { title: shape.title, description: shape.description, type };
}

/** A value as it is published: null where nothing was filled in and nothing is an answer. */
export function settled(value: unknown, said: Schema, schemas: Schemas): unknown {
  const { schema, optional } = shapeOf(said, schemas);
  if (value === undefined || value === "") return optional ? null : value;
  if (Array.isArray(value)) return value.map((one) => settled(one, schema.items ?? {}, schemas));
  if (value === null || typeof value !== "object") return value;
  const ofAny = typeof schema.additionalProperties === "object" ? schema.additionalProperties : {};
  const names = [...new Set([...Object.keys(value), ...(schema.required ?? [])])];
  const told = names.map((name) => [name, settled((value as Record<string, unknown>)[name], schema.properties?.[name] ?? ofAny, schemas)] as const);
  return Object.fromEntries(told.filter(([, inner]) => inner !== undefined));
}

/** The fields of a table's rows that no cell can hold, by its schema. */
export function nestedIn(row: Schema | undefined, schemas: Schemas): string[] {
  const inner = Object.entries(row ? (shapeOf(row, schemas).schema.properties ?? {}) : {});
  return inner.filter(([, one]) => ["array", "object"].includes(shapeOf(one, schemas).schema.type ?? "")).map(([name]) => name);
}
