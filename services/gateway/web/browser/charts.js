// Draws the charts of dashboards from the tables beside them, which stay for everyone who would rather read.
import { BarChart, LineChart } from "echarts/charts";
import { AriaComponent, GridComponent, LegendComponent, TooltipComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";

use([AriaComponent, BarChart, GridComponent, LegendComponent, LineChart, SVGRenderer, TooltipComponent]);

function told(table) {
  const [, ...series] = [...table.tHead.rows[0].cells].map((cell) => cell.textContent.trim());
  const rows = [...table.tBodies[0].rows];
  return {
    names: rows.map((row) => row.cells[0].textContent.trim()),
    series: series
      .map((name, index) => ({ name, cells: rows.map((row) => row.cells[index + 1]) }))
      .filter(({ cells }) => cells.every((cell) => cell.dataset.value !== undefined))
      .map(({ name, cells }) => ({ name, data: cells.map((cell) => Number(cell.dataset.value)) })),
  };
}

function options(figure, { names, series }) {
  const token = (name) => getComputedStyle(figure).getPropertyValue(name).trim();
  const ink = token("--ink-2");
  const line = token("--line");
  return {
    animation: false,
    color: [token("--bar"), token("--bar-2"), token("--wait")],
    textStyle: { fontFamily: getComputedStyle(figure).fontFamily, fontSize: 14, color: ink },
    aria: { enabled: true, label: { description: figure.dataset.summary } },
    grid: { left: 8, right: 16, top: series.length > 1 ? 40 : 16, bottom: 8, containLabel: true },
    legend: { show: series.length > 1, left: 0, textStyle: { color: ink } },
    tooltip: { trigger: "axis", renderMode: "richText", axisPointer: { type: "none" } },
    xAxis: { type: "category", data: names, axisLine: { lineStyle: { color: line } }, axisLabel: { color: ink } },
    yAxis: { type: "value", splitLine: { lineStyle: { color: line } }, axisLabel: { color: ink }, minInterval: 1 },
    series: series.map((one) => ({ ...one, type: figure.dataset.chart, symbolSize: 8, barMaxWidth: 48 })),
  };
}

for (const figure of document.querySelectorAll("figure[data-chart]")) {
  const place = figure.querySelector("[data-chart-place]");
  const data = told(figure.querySelector("table"));
  place.removeAttribute("hidden");
  figure.querySelector("[data-chart-simple]")?.setAttribute("hidden", "");
  const chart = init(place, null, { renderer: "svg" });
  const draw = () => chart.setOption(options(figure, data));
  draw();
  new ResizeObserver(() => chart.resize()).observe(place);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
}
