// What the services promise, as the console uses it: types of every path, and what each command takes, in one small file a service.
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import openapiTS, { astToString } from "openapi-typescript";

const CONTRACTS = new URL("../contracts/http/", import.meta.url);
const GENERATED = new URL("./generated/", import.meta.url);
const LEFT_OUT = new Set(["operationId", "examples"]);

// The names of the schemas that a schema refers to, and those that these refer to.
function referred(schema, schemas, found = new Set()) {
  JSON.stringify(schema, (key, value) => {
    if (key === "$ref") {
      const name = value.split("/").at(-1);
      if (!found.has(name)) referred(schemas[name], schemas, found.add(name));
    }
    return value;
  });
  return found;
}

const without = (value) => JSON.parse(JSON.stringify(value, (key, inner) => (LEFT_OUT.has(key) ? undefined : inner)));

// Every command of a service: its path, what it is called and says, and the schema of its body.
function commandsOf({ paths, components }) {
  const commands = {};
  const names = new Set();
  for (const [path, { post }] of Object.entries(paths)) {
    if (!post) continue;
    const body = post.requestBody?.content?.["application/json"]?.schema ?? null;
    for (const name of referred(body, components.schemas)) names.add(name);
    const guarded = (post.parameters ?? []).some(({ name, required }) => name.toLowerCase() === "if-match" && required);
    commands[path] = { summary: post.summary, description: post.description ?? "", guarded, body };
  }
  const schemas = Object.fromEntries([...names].map((name) => [name, components.schemas[name]]));
  return without({ commands, schemas });
}

mkdirSync(GENERATED, { recursive: true });
for (const file of readdirSync(CONTRACTS).filter((name) => name.endsWith(".openapi.json"))) {
  const service = file.replace(".openapi.json", "");
  const contract = JSON.parse(readFileSync(new URL(file, CONTRACTS), "utf8"));
  const types = await openapiTS(contract, { alphabetize: true, emptyObjectsUnknown: true });
  writeFileSync(new URL(`${service}.d.ts`, GENERATED), `// Generated from contracts/http/${file}; do not edit.\n${astToString(types)}`);
  writeFileSync(new URL(`${service}.commands.json`, GENERATED), JSON.stringify(commandsOf(contract)));
}

// What the fields of commands and events are called, as the events' own schemas have it.
writeFileSync(new URL("labels.json", GENERATED), readFileSync(new URL("../contracts/field-names.json", import.meta.url)));

// What the register's own form calls its fields and choices: the newest form that there is.
const forms = new URL("../contracts/forms/", import.meta.url);
const newest = readdirSync(forms).filter((name) => name.startsWith("register-")).sort().at(-1);
const { sheets, choices } = JSON.parse(readFileSync(new URL(newest, forms), "utf8"));
const heads = {};
for (const { record, columns } of sheets) heads[record] = { ...heads[record], ...Object.fromEntries(columns.map(({ field, head }) => [field, head])) };
const titles = Object.fromEntries(Object.values(choices).flatMap((list) => list.map(({ code, title }) => [code, title])));
writeFileSync(new URL("register.json", GENERATED), JSON.stringify({ heads, titles }));
