// What everybody may read of: decisions that are published, how far campaigns are, and what is inspected by which article.
import { ask } from "/live/api.js";
import { amount, NOTHING } from "/live/words.js";

const PUBLIC = "public"; // the account of a website: it reads what is public and nothing else
const STATES = { published: "公示中", "being-withdrawn": "撤回中", withdrawn: "已撤回", running: "进行中", closed: "已结束", announced: "待启动" };

function el(tag, props = {}, ...children) {
  const node = Object.assign(document.createElement(tag), props);
  node.append(...children);
  return node;
}

const en = (text) => el("small", { lang: "en" }, text);
const cells = (tag, texts) => el("tr", {}, ...texts.map((text) => el(tag, { className: "text" }, text ?? NOTHING)));

function table(heads, rows) {
  const body = el("table", {}, el("thead", {}, cells("th", heads)), el("tbody", {}, ...rows));
  return el("div", { className: "wide", tabIndex: 0 }, body);
}

function fine({ initial_fen: first, current_fen: now }) {
  if (now === null) return NOTHING;
  return first === now ? amount(now, "fen") : `${amount(now, "fen")}（首次决定 ${amount(first, "fen")}）`;
}

function decision(row) {
  const gone = row.state !== "published";
  const what = gone ? `${STATES[row.state]}：${row.explanation ?? ""}` : `${row.cause ?? ""}　${(row.basis ?? []).join("；")}`;
  return cells("td", [row.document_no, row.name, what, gone ? NOTHING : fine(row), row.decided_on, row.organ]);
}

const decisions = (rows) => table(["决定书文号", "当事人", "事由与依据", "罚款", "决定日期", "机关"], rows.map(decision));

function campaign(row) {
  const share = ({ begun, sites, coverage_percent: percent }) => `${amount(percent, "%")}（${begun}/${sites}）`;
  const districts = row.by_district.map((one) => cells("td", [one.name, share(one), amount(one.completion_percent, "%")]));
  const days = `${row.starts_on} 至 ${row.ends_on}　${row.organ}　${row.sectors.map((one) => one.title).join("、")}`;
  return el("details", { open: row.state === "running" },
    el("summary", {}, `${row.title}　${STATES[row.state]}　已检查 ${share(row)}`),
    el("p", {}, days), ...(row.conclusion ? [el("p", {}, `结论：${row.conclusion}`)] : []),
    ...(districts.length ? [table(["辖区", "已检查", "已完成"], districts)] : []));
}

const campaigns = (rows) => el("div", {}, ...rows.map(campaign));

// The articles of the day, by the laws' own short texts.
function basisOf(item, on, names) {
  return item.basis.filter((one) => (!one.valid_from || one.valid_from <= on) && (!one.valid_to || one.valid_to >= on))
    .map((one) => `${names.get(one.law) ?? one.law}（${one.version}）第${one.article}条　${one.text_short}`).join("；");
}

function list({ title, valid_from: from, valid_to: to, items, names }) {
  const on = [new Date().toISOString().slice(0, 10), to ?? "9999-12-31"].sort()[0];
  const rows = items.map((item) => cells("td", [item.code, item.title, item.check_points.join("；"), item.method, basisOf(item, on, names)]));
  return el("details", {}, el("summary", {}, `${title}　${items.length} 项　${from} 至 ${to ?? "今"}`),
    table(["编码", "事项", "检查要点", "方式", "依据"], rows));
}

const releaseOf = (kind, { name, version_name: version }) => `/v1/${kind}/${name}/${version}`;

// What laws are called, as the rulebooks say it.
async function laws() {
  const { items } = await ask(PUBLIC, "/v1/rulebooks?limit=20", "registry");
  const books = await Promise.all(items.map((one) => ask(PUBLIC, releaseOf("rulebooks", one), "registry")));
  return new Map(books.flatMap((book) => book.laws ?? []).map((law) => [law.id, law.short_title ?? law.title]));
}

async function catalogues() {
  const [names, { items, next }] = await Promise.all([laws(), ask(PUBLIC, "/v1/catalogues?limit=20", "registry")]);
  const told = await Promise.all(items.map((one) => ask(PUBLIC, releaseOf("catalogues", one), "registry")));
  return { items: told.map((one) => ({ ...one, names })), next };
}

const listOf = (path, service) => (cursor) => ask(PUBLIC, `${path}?limit=50${cursor ? `&cursor=${cursor}` : ""}`, service);
const SECTIONS = {
  decisions: [listOf("/v1/publications", "penalty"), decisions, "目前没有公示的处罚决定", "no decision is published"],
  campaigns: [listOf("/v1/public/campaigns", "reporting"), campaigns, "还没有专项执法行动", "no campaign yet"],
  items: [catalogues, (rows) => el("div", {}, ...rows.map(list)), "还没有发布检查事项清单", "no list of items yet"],
};

// What was shown stays; the button for the rest gives way to it.
async function show(name, cursor = null) {
  const [asked, shown, zh, english] = SECTIONS[name];
  const place = document.querySelector(`#${name} .list`);
  place.setAttribute("aria-busy", "true");
  if (cursor) place.lastElementChild.remove();
  try {
    const { items, next } = await asked(cursor);
    if (!cursor) place.replaceChildren();
    place.append(items.length ? shown(items) : el("p", { className: "quiet" }, `${zh} `, en(english)));
    if (next) place.append(el("button", { type: "button", onclick: () => show(name, next) }, "更多 ", en("more")));
  } catch (error) {
    const again = el("button", { type: "button", onclick: () => show(name, cursor) }, "重试 ", en("retry"));
    if (!cursor) place.replaceChildren();
    place.append(el("p", { className: "notice", role: "alert" }, `无法取得数据：${error.message} `, again));
  }
  place.setAttribute("aria-busy", "false");
}

for (const name of Object.keys(SECTIONS)) show(name);
