/*
KTP: pictures of the tables of numbers, drawn with ECharts as SVG. Loaded by the statistics pages only; without it, or
without script, the tables stand alone.

[data-chart="ID"] on a figure   draws the JSON of <script id=ID> into its .chart-canvas; data-map: address of the map's GeoJSON
JSON (stats/charts.py)          kind bars (series, rows with values and urls; apart: side by side), map, funnel
Colours and letters are the tokens of the page; a click opens what the table's number opens, on the map the city's own numbers.
*/
(() => {
  "use strict";

  const style = getComputedStyle(document.documentElement);
  const token = (name) => style.getPropertyValue(`--${name}`).trim();
  const size = (rem) => rem * parseFloat(style.fontSize);
  const number = new Intl.NumberFormat("zh-CN");
  const text = { fontFamily: getComputedStyle(document.body).fontFamily, fontSize: size(0.875), color: token("ink") };
  const shared = {
    animation: false,
    textStyle: text,
    tooltip: {
      renderMode: "richText", // no markup, no style attributes: the policy forbids them
      confine: true,
      backgroundColor: token("sheet"),
      borderColor: token("line-2"),
      textStyle: text,
    },
  };

  /** Words in at most so many characters, the rest as "…": a bar keeps its room on a phone. */
  const short = (words, most) => (words.length > most ? `${words.slice(0, most - 1)}…` : words);

  function bars({ series, rows, apart = false, unit = "" }, canvas) {
    const many = series.length > 1;
    const narrow = canvas.clientWidth < size(32);
    const legend = many ? (narrow && series.length > 4 ? 4 : 2.25) : 0.5; // it wraps once
    canvas.style.height = `${size(rows.length * (apart ? 3.2 : 2) + 2.75 + legend)}px`;
    const axis = { axisLine: { lineStyle: { color: token("line-2") } }, axisTick: { show: false } };
    return {
      ...shared,
      legend: many ? { top: 0, left: 0, itemWidth: size(0.875), itemHeight: size(0.875), textStyle: text } : undefined,
      grid: { left: 0, right: size(3.5), top: size(legend), bottom: 0, containLabel: true },
      xAxis: { type: "value", minInterval: 1, splitNumber: narrow ? 3 : 6, axisLabel: { ...text, color: token("ink-2"), formatter: number.format }, splitLine: { lineStyle: { color: token("line") } } },
      yAxis: { ...axis, type: "category", inverse: true, data: rows.map((row) => row.name), axisLabel: { ...text, interval: 0, formatter: (name) => short(name, narrow ? 8 : 16) } },
      tooltip: { ...shared.tooltip, trigger: "axis", axisPointer: { type: "shadow" } },
      series: series.map(({ name, tone }, index) => ({
        name,
        type: "bar",
        stack: apart ? undefined : "whole",
        barMaxWidth: size(1.25),
        itemStyle: { color: token(tone), borderColor: token("sheet"), borderWidth: apart ? 0 : 1 },
        label: apart || index === series.length - 1
          ? { show: true, position: "right", ...text, formatter: ({ dataIndex, value }) => number.format(apart ? value : rows[dataIndex].values.reduce((one, other) => one + other, 0)) + (apart ? ` ${unit}` : "") }
          : undefined,
        data: rows.map((row) => ({ value: row.values[index], url: row.urls[index] })),
      })),
    };
  }

  function funnel({ rows }, canvas) {
    canvas.style.height = `${size(rows.length * 3 + 1)}px`;
    const most = Math.max(...rows.map((row) => row.value), 1);
    return {
      ...shared,
      tooltip: { ...shared.tooltip, trigger: "item", formatter: ({ name, value, data }) => `${name}\n${number.format(value)} 份，占申报 ${data.share}%` },
      series: {
        type: "funnel",
        sort: "none",
        left: 0,
        right: 0,
        top: size(0.5),
        bottom: size(0.5),
        min: 0,
        max: most,
        minSize: "2%",
        gap: 3,
        label: { show: true, position: "inside", ...text, color: token("ink"), backgroundColor: token("sheet"), padding: [2, 6], borderRadius: 3, formatter: ({ name, value, data }) => `${short(name, 12)}  ${number.format(value)}（${data.share}%）` },
        itemStyle: { borderWidth: 0 },
        data: rows.map((row, index) => ({ ...row, itemStyle: { color: token(index === rows.length - 1 ? "green" : "blue") } })),
      },
    };
  }

  async function map({ name, unit, rows }, canvas, figure) {
    const response = await fetch(figure.dataset.map);
    if (!response.ok) throw new Error(response.status);
    echarts.registerMap("cities", await response.json());
    const narrow = canvas.clientWidth <= size(24);
    canvas.style.height = `${Math.round(Math.min(canvas.clientWidth * 0.68, size(30)) + (narrow ? size(3) : 0))}px`;
    const scale = narrow ? { left: 0, bottom: 0, orient: "horizontal" } : { right: 0, top: 0, orient: "vertical" };
    const most = Math.max(...rows.map((row) => row.value), 1);
    const labels = new Map(rows.map((row) => [row.code, row]));
    return {
      ...shared,
      tooltip: {
        ...shared.tooltip,
        trigger: "item",
        formatter: ({ name: code }) => {
          const row = labels.get(code);
          return row ? [row.name, ...row.parts.map((part) => `${part.name}：${number.format(part.value)} ${unit}`)].join("\n") : "";
        },
      },
      visualMap: {
        min: 1, max: Math.max(most, 2), ...scale, itemWidth: size(0.75), itemHeight: size(5), calculable: false,
        text: [`${number.format(most)} ${unit}`, "1"], textStyle: text, inRange: { color: [token("blue-tint"), token("blue")] },
      },
      series: {
        type: "map",
        map: "cities",
        name,
        nameProperty: "adcode",
        selectedMode: false,
        top: size(0.5), bottom: size(narrow ? 3 : 0.5), left: size(1), right: size(1),
        labelLayout: { hideOverlap: true },
        label: { show: true, ...text, fontSize: size(narrow ? 0.6875 : 0.75), textBorderColor: token("sheet"), textBorderWidth: 3, formatter: ({ name: code }) => (labels.get(code)?.name ?? "").replace(/(土家族苗族)?(自治州|林区|市)$/, "") },
        itemStyle: { areaColor: token("sheet"), borderColor: token("line-2") },
        emphasis: { label: { color: token("ink") }, itemStyle: { areaColor: token("ochre-tint"), borderColor: token("ochre") } },
        data: rows.map((row) => ({ name: row.code, value: row.value || "-", url: row.url })),
      },
    };
  }

  const kinds = { bars, funnel, map };

  async function draw(figure) {
    const canvas = figure.querySelector(".chart-canvas");
    const data = JSON.parse(document.getElementById(figure.dataset.chart).textContent);
    const option = await kinds[data.kind](data, canvas, figure);
    const chart = echarts.init(canvas, null, { renderer: "svg" });
    chart.on("finished", () => {
      // paper is narrower than the screen: with a view box the picture follows the width of the sheet
      canvas.querySelector("svg").setAttribute("viewBox", `0 0 ${chart.getWidth()} ${chart.getHeight()}`);
    });
    chart.on("click", ({ data: item }) => item?.url && location.assign(item.url));
    chart.setOption(option);
    let width = canvas.clientWidth;
    new ResizeObserver(() => {
      if (canvas.clientWidth === width || !canvas.clientWidth || matchMedia("print").matches) return;
      width = canvas.clientWidth;
      chart.resize();
    }).observe(canvas);
  }

  for (const figure of document.querySelectorAll("[data-chart]")) draw(figure).catch(() => figure.remove());
})();
