// The live page: figures and feed move as events come; every figure leads to its rows, every event to its history.
import { ask, Feed } from "./api.js";
import { amount, cell, COLUMNS, columnsOf, NOTHING, said, time } from "./words.js";

const SHOWN = 200; // entries kept in the list
const BY_DISTRICT = ["city_share", "enterprises", "inspections", "officer_visits", "hazards", "hazards_rectified", "penalties",
  "penalty_amount_fen", "completion_percent"];

const $ = (id) => document.getElementById(id);
const state = { viewer: "manager", feed: null, figures: new Map(), names: new Map(), waiting: [] };

function el(tag, props = {}, ...children) {
  const node = Object.assign(document.createElement(tag), props);
  node.append(...children);
  return node;
}

const en = (text) => el("small", { lang: "en" }, text);
const quiet = (zh, english, tag = "li") => el(tag, { className: "quiet" }, `${zh} `, en(english));

// ---- connection and trouble

const STATES = { connecting: ["正在连接…", "connecting"], live: ["实时", "live"], lost: ["连接中断，稍后重试", "connection lost, trying again"] };

function showState(name) {
  $("status").dataset.state = name;
  $("connection").replaceChildren(`${STATES[name][0]} `, en(STATES[name][1]));
}

function showAsOf({ seq, recorded_at: at, simulated }) {
  const clock = simulated ? "（模拟时间 simulated）" : "";
  $("as-of").replaceChildren(`数据截至 ${time(at)}${clock}，第 ${amount(seq)} 条事件 `, en("data as of"));
}

function showTrouble(error) {
  $("trouble").hidden = !error;
  if (error) $("trouble").firstElementChild.textContent = `无法取得数据：${error.message}`;
}

// ---- figures

function showFigures(figures, asOf) {
  const first = state.figures.size === 0;
  for (const figure of figures) state.figures.set(figure.name, { ...state.figures.get(figure.name), ...figure, as_of: asOf });
  if (first) $("figures").replaceChildren(...[...state.figures.values()].map(card));
  for (const figure of state.figures.values()) fill(figure, first);
  $("figures").setAttribute("aria-busy", "false");
  showDistricts();
  showAsOf(asOf);
}

function card({ name, title, title_en: english, formula }) {
  return el("li", {}, el("a", { href: `#/figures/${name}`, id: `figure-${name}`, title: formula }, title, en(english), el("b")));
}

function fill({ name, value, unit }, first) {
  const link = $(`figure-${name}`);
  const text = amount(value, unit) + (["fen", "%"].includes(unit) || value === null ? "" : ` ${unit}`);
  const number = link.lastElementChild;
  if (number.textContent === text) return;
  number.textContent = text;
  link.classList.remove("changed");
  if (!first) requestAnimationFrame(() => link.classList.add("changed"));
}

function showDistricts() {
  const columns = BY_DISTRICT.map((name) => state.figures.get(name)).filter(Boolean);
  const districts = new Map();
  for (const figure of state.figures.values()) {
    for (const one of figure.by_district) {
      state.names.set(one.district, one.name);
      if (!districts.has(one.district)) districts.set(one.district, {});
      districts.get(one.district)[figure.name] = one;
    }
  }
  if (districts.size === 0) {
    $("districts").replaceChildren(el("tbody", {}, el("tr", {}, quiet("还没有数据", "nothing yet", "td"))));
    return;
  }
  const head = el("tr", {}, el("th", { className: "text" }, "辖区", en("district")),
    ...columns.map(({ title, title_en: english }) => el("th", {}, title, en(english))));
  const body = [...districts].map(([id, row]) => el("tr", {}, el("td", { className: "text" }, state.names.get(id)),
    ...columns.map(({ name, unit, counts }) => el("td", {}, districtCell(row[name], unit, counts !== undefined)))));
  $("districts").replaceChildren(el("thead", {}, head), el("tbody", {}, ...body));
}

function districtCell(one, unit, share) {
  if (!one) return share ? NOTHING : amount(0, unit);
  return share ? `${amount(one.value, unit)} (${one.counts}/${one.out_of})` : amount(one.value, unit);
}

// ---- feed

const linkTo = (kind, id, zh, english) => el("a", { href: `#/${kind}/${encodeURIComponent(id)}` }, `${zh} `, en(english));

function links(streamId, subject) {
  const found = [];
  const matter = streamId.match(/^(?:case|payment):(.+)$/);
  if (matter) found.push(linkTo("cases", matter[1], "案件全程", "case history"));
  if (subject !== streamId) found.push(linkTo("enterprises", subject, "企业档案", "enterprise history"));
  return found.length ? [el("div", { className: "links" }, ...found)] : [];
}

function entry({ seq, title, summary, district, stream_id: streamId, subject, occurred_at: at, recorded_at: recorded }) {
  const line = el("div", { className: "line" }, el("b", {}, title),
    el("time", { dateTime: at, title: `记录于 ${time(recorded)}` }, `${state.names.get(district) ?? district} · ${time(at)}`));
  const node = el("li", {}, line, ...(summary ? [el("p", {}, summary)] : []), ...links(streamId, subject));
  node.dataset.seq = seq;
  return node;
}

function takeEvent(data) {
  state.waiting.push(data);
  if (state.waiting.length === 1) requestAnimationFrame(showWaiting);
}

function showWaiting() {
  const fresh = state.waiting.slice(-SHOWN).reverse().map(entry);
  state.waiting = [];
  $("feed").querySelectorAll(".quiet").forEach((node) => node.remove());
  $("feed").prepend(...fresh);
  while ($("feed").children.length > SHOWN) $("feed").lastElementChild.remove();
}

// ---- detail: rows of a figure, history of a case or an enterprise

async function showDetail() {
  const [, kind, id] = location.hash.match(/^#\/(figures|cases|enterprises)\/([^/]+)$/) ?? [];
  const dialog = $("detail");
  if (!kind) {
    if (dialog.open) dialog.close();
    return;
  }
  const body = $("detail-body");
  $("detail-title").replaceChildren(...{
    figures: ["指标明细 ", en("rows behind the figure")], cases: [`案件全程 ${decodeURIComponent(id)} `, en("case history")],
    enterprises: ["企业档案 ", en("enterprise history")],
  }[kind]);
  body.replaceChildren(quiet("加载中…", "loading", "p"));
  if (!dialog.open) dialog.showModal();
  const asked = location.hash;
  try {
    const found = kind === "figures" ? await rowsOf(id) : await historyOf(kind, id);
    if (location.hash === asked) body.replaceChildren(...found);
  } catch (error) {
    if (location.hash !== asked) return;
    const again = el("button", { type: "button", onclick: showDetail }, "重试 ", en("retry"));
    body.replaceChildren(el("p", { className: "notice" }, `${error.status === 404 ? "没有找到" : "无法取得数据"}：${error.message} `, again));
  }
}

async function rowsOf(name) {
  const figure = state.figures.get(name) ?? (await loadFigures(), state.figures.get(name));
  if (!figure) throw Object.assign(new Error(name), { status: 404 });
  const page = await ask(state.viewer, `/v1/figures/${name}/rows?limit=100`);
  const facts = el("dl", {}, ...[
    ["指标", `${figure.title} = ${amount(figure.value, figure.unit)}`], ["算法", figure.formula], ["不含", figure.exclusions],
    ["来源事件", figure.source_events.join("、")], ["数据截至", time(figure.as_of.recorded_at)],
  ].flatMap(([term, text]) => [el("dt", {}, term), el("dd", {}, text)]));
  if (page.items.length === 0) return [facts, quiet("没有明细", "no rows", "p")];
  const columns = columnsOf(page.items);
  const body = el("tbody");
  const more = el("button", { type: "button" }, "更多 ", en("more"));
  const add = ({ items, next }) => {
    body.append(...items.map((row) => el("tr", {}, ...columns.map((column) => rowCell(name, column, row, figure.unit)))));
    more.hidden = next === null;
    more.onclick = async () => add(await ask(state.viewer, `/v1/figures/${name}/rows?limit=100&cursor=${encodeURIComponent(next)}`));
  };
  add(page);
  const head = el("tr", {}, ...columns.map((column) => el("th", { className: "text" }, COLUMNS[column] ?? column)));
  return [facts, el("div", { className: "wide" }, el("table", {}, el("thead", {}, head), body)), more];
}

function rowCell(figure, column, row, unit) {
  const text = column === "district" ? state.names.get(row.district) ?? row.district : cell(column, row[column], unit);
  if (column === "enterprise_name" && row.enterprise_id) return el("td", { className: "text" }, el("a", { href: `#/enterprises/${row.enterprise_id}` }, text));
  if (column === "document_no" && figure.startsWith("penalt")) return el("td", { className: "text" }, el("a", { href: `#/cases/${row.key}` }, text));
  return el("td", { className: "text" }, text);
}

async function historyOf(kind, id) {
  const { items } = await ask(state.viewer, `/v1/histories/${kind}/${id}`);
  return [el("p", { className: "quiet" }, `${items.length} 条事件，按因果先后 `, en("events in causal order")),
    el("ol", { className: "history" }, ...items.map(historyEntry))];
}

function historyEntry(one) {
  const { title, summary, actor, occurred_at: at, recorded_at: recorded, rulebook, type, stream_id: streamId, version, data } = one;
  const who = `${actor.name}（${said(actor.role)}${actor.certificate_no ? `，证号 ${actor.certificate_no}` : ""}）`;
  const facts = el("details", {}, el("summary", {}, `${who} · 记录于 ${time(recorded)}${rulebook ? ` · 依据 ${rulebook}` : ""}`),
    el("p", { className: "quiet" }, `${type} · ${streamId} 第 ${version} 版`), el("pre", {}, JSON.stringify(data, null, 2)));
  return el("li", {}, el("div", { className: "line" }, el("b", {}, title), el("time", { dateTime: at }, time(at))),
    ...(summary ? [el("p", {}, summary)] : []), facts);
}

// ---- beginning

async function loadFigures() {
  const { figures, as_of: asOf } = await ask(state.viewer, "/v1/figures");
  showFigures(figures, asOf);
}

async function begin() {
  state.feed?.stop();
  state.figures.clear();
  state.waiting = [];
  $("figures").replaceChildren(quiet("加载中…", "loading"));
  $("feed").replaceChildren(quiet("还没有事件", "no events yet"));
  showState("connecting");
  showTrouble(null);
  const feed = new Feed(state.viewer, { state: showState, event: takeEvent, figures: takeFigures, reset: begin });
  state.feed = feed;
  try {
    await loadFigures();
  } catch (error) {
    if (state.feed !== feed) return;
    showState("lost");
    showTrouble(error);
    $("figures").replaceChildren(quiet("暂无数据", "no data"));
    return;
  }
  if (state.feed === feed) feed.run();
}

function takeFigures({ figures, as_of: asOf }) {
  if (state.figures.size) showFigures(figures, asOf);
}

function choose(viewer) {
  state.viewer = viewer;
  const url = new URL(location.href);
  url.searchParams.set("viewer", viewer);
  history.replaceState(null, "", url);
  begin();
}

const asked = new URLSearchParams(location.search).get("viewer");
if ([...$("viewer").options].some(({ value }) => value === asked)) $("viewer").value = asked;
state.viewer = $("viewer").value;
$("viewer").addEventListener("change", () => choose($("viewer").value));
$("trouble").querySelector("button").addEventListener("click", begin);
$("detail").addEventListener("close", () => { if (location.hash.startsWith("#/")) location.hash = ""; });
addEventListener("hashchange", showDetail);
await begin();
showDetail();
