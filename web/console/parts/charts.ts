// ECharts, only what the dashboards draw: loaded when the first chart is shown, never with the console's first screen.
import { BarChart, LineChart } from "echarts/charts";
import { GridComponent, LegendComponent, TooltipComponent } from "echarts/components";
import { init, use, type EChartsType } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";

use([BarChart, LineChart, GridComponent, LegendComponent, TooltipComponent, SVGRenderer]);

export interface Drawn {
  kind: "line" | "bar";
  labels: string[];
  now: { name: string; values: (number | null)[] };
  before: { name: string; values: (number | null)[] };
  said: (value: number | null) => string;
  marked: (value: number) => string; // at the axis
}

// Blue and orange of Okabe and Ito are told apart by every kind of sight; line and symbol differ too.
const NOW = "#0072B2";
const BEFORE = "#B35900";

/** A chart in an element, in letters of the page's size. */
export function chartIn(element: HTMLElement): EChartsType {
  return init(element, undefined, { renderer: "svg" });
}

/** Draw this year beside the last. */
export function draw(chart: EChartsType, { kind, labels, now, before, said, marked }: Drawn): void {
  const size = parseFloat(getComputedStyle(document.documentElement).fontSize) * 0.8;
  const across = kind === "bar" && labels.some((label) => label.length > 4);
  const words = { type: "category" as const, data: labels, axisLabel: { fontSize: size, width: across ? size * 9 : undefined, overflow: "truncate" as const }, inverse: across };
  const numbers = { type: "value" as const, axisLabel: { fontSize: size, formatter: marked }, splitNumber: across ? 3 : 5 };
  chart.setOption({
    animation: false,
    color: [NOW, BEFORE],
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, fontSize: size },
    grid: { left: 8, right: 24, top: size * 3, bottom: 8, containLabel: true },
    legend: { top: 0, itemGap: size * 1.5, itemWidth: size * 2, textStyle: { fontSize: size } },
    tooltip: { trigger: "axis", confine: true, valueFormatter: (value: unknown) => said(typeof value === "number" ? value : null) },
    xAxis: across ? numbers : words,
    yAxis: across ? words : numbers,
    series: [
      { type: kind, name: now.name, data: now.values, barMaxWidth: size * 3, symbol: "circle", symbolSize: 7, lineStyle: { width: 3 } },
      { type: kind, name: before.name, data: before.values, barMaxWidth: size * 3, symbol: "diamond", symbolSize: 8, lineStyle: { width: 2, type: "dashed" } },
    ],
  }, true);
}
