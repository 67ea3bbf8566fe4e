// A panel as a table for spreadsheets: every figure, of all that is shown and by district and by what it is broken down.
import { t } from "../../shared/language";
import type { Cell } from "./csv";
import { called, type Panel, type Value } from "./figures";

/** Fen are written in yuan; the unit says so. */
export function tableOf(panel: Panel, change: (now: Value, before: Value) => number | null): Cell[][] {
  const head = [t("指标", "figure"), t("单位", "unit"), t("范围", "of"), t("本期", "this period"), t("上年同期", "a year before"), t("增减", "change")];
  const rows = panel.figures.flatMap((figure) => {
    const yuan = (value: number | null): number | null => (value === null || figure.unit !== "fen" ? value : value / 100);
    const line = (of: string, now: Value, before: Value): Cell[] => [
      called(figure), figure.unit === "fen" ? t("元", "yuan") : figure.unit, of, yuan(now.value), yuan(before.value), yuan(change(now, before)),
    ];
    return [
      line(t("合计", "all"), figure, figure.last_year),
      ...figure.by_district.map((one) => line(one.name, one, one.last_year)),
      ...(figure.values ?? []).map((one) => line(called(one), one, one.last_year)),
    ];
  });
  return [head, ...rows, [`${panel.period.from} — ${panel.period.until}`, "", t("数据截至", "as of"), panel.as_of.recorded_at]];
}
