// How things are called and written: numbers, money, times, columns. Chinese first.

const COUNT = new Intl.NumberFormat("zh-CN");
const YUAN = new Intl.NumberFormat("zh-CN", { style: "currency", currency: "CNY", minimumFractionDigits: 0 });
const PERCENT = new Intl.NumberFormat("zh-CN", { maximumFractionDigits: 2 });
const TIME = new Intl.DateTimeFormat("zh-CN", {
  timeZone: "Asia/Shanghai", year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false,
});

export const NOTHING = "—";

export function time(text) {
  return text ? TIME.format(new Date(text)) : NOTHING;
}

export function amount(value, unit) {
  if (value === null || value === undefined) return NOTHING;
  if (unit === "fen") return YUAN.format(value / 100);
  if (unit === "%") return `${PERCENT.format(value)}%`;
  return COUNT.format(value);
}

// Columns of rows, in the order in which they are shown; what is not listed follows by its own name.
export const COLUMNS = {
  document_no: "文号", enterprise_name: "企业", name: "名称", district: "辖区", item_code: "检查项", counts: "计入", out_of: "基数",
  key_item_code: "重点项", severity: "级别", state: "状态", level: "层级", kind: "类别", organ: "执法机关", sector: "行业", concluded_on: "结束日期",
  found_on: "发现日期", rectified_on: "整改日期", decided_on: "决定日期", due_on: "期限", completed_on: "完成日期", total_fen: "罚款",
  officers: "执法人员", experts: "专家", uscc: "统一社会信用代码", site_no: "厂区", parent: "上级", valid_from: "起", valid_to: "止",
  campaign_id: "专项", inspection_id: "检查", key: "编号",
};

const VALUES = {
  steel: "钢铁", aluminium: "铝加工", dust: "粉尘涉爆", city: "市级", district: "区县", county: "县", general: "一般", major: "重大",
  found: "已发现", rectified: "已整改", generated: "已生成", assigned: "已派发", started: "检查中", completed: "已完成",
  officer: "执法人员", manager: "负责人", approver: "审批人", administrator: "管理员", "legal-reviewer": "法制审核", finance: "财务",
  expert: "专家", enterprise: "企业", policy: "系统联动", deadline: "期限到期", operator: "运维", auditor: "审计",
  campaign: "专项", random: "随机抽查", "development-zone": "开发区", administration: "管理局",
};

export const said = (value) => VALUES[value] ?? String(value);

export function cell(column, value, unit) {
  if (value === null || value === undefined || value === "") return NOTHING;
  if (column === "counts") return amount(value, unit === "fen" ? "fen" : "");
  if (column.endsWith("_fen")) return amount(value, "fen");
  return said(value);
}

export function columnsOf(rows) {
  const known = Object.keys(COLUMNS);
  const place = (name) => (known.indexOf(name) + known.length + 1) % (known.length + 1);
  return Object.keys(rows[0] ?? {}).filter((name) => name !== "enterprise_id").sort((a, b) => place(a) - place(b));
}
