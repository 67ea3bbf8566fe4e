// The health page: what each service's self-check found last, asked again every few seconds.
import { ask } from "./api.js";

const SERVICES = { registry: "登记", tasks: "任务", inspection: "检查", penalty: "处罚", reporting: "统计报告" };
const CHECKS = {
  ledger: ["台账新增", "what is new in the ledger"], patrol: ["台账全量巡检", "the whole ledger, patrolled"],
  counts: ["事件计数", "counts"], pending: ["待入账", "waiting for their place"], relay: ["转发", "relay"],
  projections: ["读模型", "read models"], consumers: ["消费", "consumers"], deadlines: ["期限", "deadlines"],
  copies: ["台账副本", "ledger copies"], witness: ["见证", "witness"],
};
const AGAIN = 5000; // milliseconds
const OPERATOR = "operator";

function el(tag, props = {}, ...children) {
  const node = Object.assign(document.createElement(tag), props);
  node.append(...children);
  return node;
}

const en = (text) => el("small", { lang: "en" }, text);

function row(check) {
  const [zh, english] = CHECKS[check.name] ?? [check.name, ""];
  const figures = Object.entries(check.figures).filter(([, value]) => value !== null).map(([name, value]) => `${name} ${value}`);
  const found = check.findings.map((one) => el("li", {}, `${one.where}：${one.zh} `, en(one.en)));
  const line = el("tr", {}, el("td", { className: "text" }, check.ok ? "✓ " : "✗ ", zh, " ", en(english)),
    el("td", { className: "text figures" }, figures.join(" · "), ...(found.length ? [el("ul", {}, ...found)] : [])),
    el("td", {}, new Date(check.checked_at).toLocaleTimeString("zh-CN")));
  line.dataset.check = check.name;
  line.dataset.ok = check.ok;
  return line;
}

function section(name, told) {
  const sound = told.sound ? "正常" : told.fresh === false ? "自检未在运行" : "有异常";
  const english = told.sound ? "sound" : told.fresh === false ? "the self-check is not running" : "something is wrong";
  const body = told.trouble
    ? el("p", { className: "notice" }, `无法取得：${told.trouble} `, en("cannot be asked"))
    : el("div", { className: "wide" }, el("table", {}, el("tbody", {}, ...told.checks.map(row))));
  const part = el("section", { id: name }, el("h2", {}, `${SERVICES[name]} `, en(name), `：${sound} `, en(english)), body);
  part.dataset.sound = told.sound === true;
  return part;
}

async function asked(name) {
  try {
    return [name, await ask(OPERATOR, "/ops/health", name)];
  } catch (error) {
    return [name, { sound: false, trouble: error.message, checks: [] }];
  }
}

async function look() {
  const found = await Promise.all(Object.keys(SERVICES).map(asked));
  document.getElementById("services").replaceChildren(...found.map(([name, told]) => section(name, told)));
  const sound = found.every(([, told]) => told.sound);
  const verdict = document.getElementById("verdict");
  verdict.dataset.sound = sound;
  verdict.setAttribute("aria-busy", "false");
  verdict.replaceChildren(sound ? "全部正常 " : "请查看下列标记 ✗ 的项目 ", en(sound ? "everything is sound" : "look at what is marked ✗"));
  setTimeout(look, AGAIN);
}

look();
