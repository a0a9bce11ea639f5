"use strict";
// What moves on the page: values under the pointer or the arrow keys, hiding
// and showing, and saving. Everything that stands still is there without it.
(() => {
  const SVG = "http://www.w3.org/2000/svg";
  const live = document.getElementById("live");
  document.documentElement.classList.add("script");

  function save(name, blob) {
    const a = document.createElement("a");
    a.href = URL.createObjectURL(blob);
    a.download = name;
    a.click();
    setTimeout(() => URL.revokeObjectURL(a.href), 60000);
  }

  // The drawing as a file of its own: light, in its large form, without what is hidden.
  function standalone(figure) {
    const svg = figure.querySelector("svg.wide").cloneNode(true);
    for (const e of svg.querySelectorAll(".off, .ring, .ondark")) e.remove();
    for (const e of svg.querySelectorAll("[class]")) e.removeAttribute("class");
    const [, , width, height] = svg.getAttribute("viewBox").split(" ").map(Number);
    svg.removeAttribute("class");
    svg.setAttribute("xmlns", SVG);
    svg.setAttribute("width", width);
    svg.setAttribute("height", height);
    const title = document.createElementNS(SVG, "title");
    title.textContent = figure.querySelector("h3").textContent;
    svg.prepend(title);
    return { text: new XMLSerializer().serializeToString(svg), width, height };
  }

  const formats = {
    SVG(figure, name) {
      save(name + ".svg", new Blob([standalone(figure).text], { type: "image/svg+xml" }));
    },
    PNG(figure, name) {
      const { text, width, height } = standalone(figure);
      const image = new Image();
      image.onload = () => {
        const canvas = document.createElement("canvas");
        canvas.width = 3 * width;
        canvas.height = 3 * height;
        canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
        canvas.toBlob((blob) => save(name + ".png", blob), "image/png");
      };
      image.src = "data:image/svg+xml;charset=utf-8," + encodeURIComponent(text);
    },
    CSV(figure, name, chart) {
      const cell = (s) => (/[",\r\n]/.test(s) ? '"' + s.replaceAll('"', '""') + '"' : s);
      const head = ["series", ...chart.columns.map((c) => c.label + (c.unit ? " (" + c.unit + ")" : ""))];
      const rows = chart.spots.map(([series, ...values]) => [chart.series[series], ...values, ...Array(chart.columns.length - values.length).fill("")]);
      const text = [head, ...rows].map((r) => r.map(cell).join(",") + "\r\n").join("");
      save(name + ".csv", new Blob([text], { type: "text/csv" }));
    },
  };

  function start(figure) {
    const chart = JSON.parse(figure.querySelector('script[type="application/json"]').textContent);
    const plot = figure.querySelector(".plot");
    const off = new Set();

    for (const button of figure.querySelectorAll("[data-save]")) {
      button.addEventListener("click", () => formats[button.dataset.save](figure, figure.dataset.name, chart));
    }
    for (const key of figure.querySelectorAll("[data-key]")) {
      key.addEventListener("click", () => {
        const series = Number(key.dataset.key);
        const shown = off.delete(series);
        if (!shown) off.add(series);
        key.setAttribute("aria-pressed", shown);
        for (const g of plot.querySelectorAll(`[data-s="${series}"]`)) g.classList.toggle("off", !shown);
        hide();
      });
    }
    if (!plot.hasAttribute("data-read")) return;

    // Reading values. Each spot has a place in either drawing.
    plot.tabIndex = 0;
    const tip = document.createElement("div");
    tip.className = "tip";
    tip.hidden = true;
    plot.append(tip);
    let current = -1;

    const drawing = () => {
      const wide = plot.querySelector("svg.wide");
      return wide.getClientRects().length ? [wide, chart.wide] : [plot.querySelector("svg.narrow"), chart.narrow];
    };
    const seen = (i) => !off.has(chart.spots[i][0]);
    const words = (i) => {
      const [series, ...values] = chart.spots[i];
      const parts = values.map((v, k) => (v === "" ? "" : (chart.columns[k].brief ? chart.columns[k].brief + " " : "") + v + (chart.columns[k].unit ? "\u00a0" + chart.columns[k].unit : "")));
      return [chart.series[series], parts.filter((p) => p !== "").join(", ")];
    };

    function hide() {
      tip.hidden = true;
      current = -1;
      for (const r of plot.querySelectorAll(".ring")) r.remove();
    }

    function show(spots) {
      const [svg, at] = drawing();
      hide();
      tip.textContent = "";
      for (const i of spots) {
        const [name, text] = words(i);
        const row = document.createElement("div");
        const b = document.createElement("b");
        b.textContent = name;
        row.append(b, name ? ": " + text : text);
        tip.append(row);
        const ring = document.createElementNS(SVG, "circle");
        ring.setAttribute("class", "ring");
        ring.setAttribute("cx", at[2 * i]);
        ring.setAttribute("cy", at[2 * i + 1]);
        ring.setAttribute("r", 5);
        svg.append(ring);
      }
      current = spots[0];
      tip.hidden = false;
      const scale = svg.clientWidth / svg.viewBox.baseVal.width || svg.getBoundingClientRect().width / svg.viewBox.baseVal.width;
      const x = at[2 * current] * scale, y = at[2 * current + 1] * scale;
      const left = x + 14 + tip.offsetWidth > plot.clientWidth ? x - 14 - tip.offsetWidth : x + 14;
      tip.style.left = Math.max(0, Math.min(left, plot.clientWidth - tip.offsetWidth)) + "px";
      tip.style.top = Math.max(0, Math.min(y - tip.offsetHeight - 8, plot.clientHeight - tip.offsetHeight)) + "px";
    }

    // The spots to read at a point of the drawing: the nearest one, and where
    // series run beside each other, each one's at the same place along the axis.
    function near(x, y) {
      const [, at] = drawing();
      let best = -1, least = Infinity;
      for (const i of chart.spots.keys()) {
        if (!seen(i)) continue;
        const d = Math.hypot(at[2 * i] - x, at[2 * i + 1] - y);
        if (d < least) [best, least] = [i, d];
      }
      if (best < 0 || !chart.along) return best < 0 ? [] : [best];
      const found = new Map();
      chart.spots.forEach(([series], i) => {
        if (!seen(i) || series === chart.spots[best][0] || chart.panel && chart.panel[i] !== chart.panel[best]) return;
        const d = Math.abs(at[2 * i] - x), f = found.get(series);
        if (!f || d < f.d) found.set(series, { i, d });
      });
      const width = plot.querySelector("svg.wide").viewBox.baseVal.width;
      return [best, ...[...found.values()].filter((f) => f.d < width / 12).map((f) => f.i)].slice(0, 8);
    }

    plot.addEventListener("pointermove", (e) => {
      const [svg] = drawing();
      const box = svg.getBoundingClientRect();
      const scale = svg.viewBox.baseVal.width / box.width;
      const spots = near((e.clientX - box.left) * scale, (e.clientY - box.top) * scale);
      if (spots.length) show(spots);
      else hide();
    });
    plot.addEventListener("pointerleave", hide);
    plot.addEventListener("blur", hide);

    // Left and right go along a series, up and down to the next one.
    function step(key) {
      const list = [...chart.spots.keys()].filter(seen);
      if (!list.length) return -1;
      if (current < 0) return list[0];
      const series = chart.spots[current][0];
      const own = list.filter((i) => chart.spots[i][0] === series);
      const k = own.indexOf(current);
      switch (key) {
        case "ArrowRight": return own[Math.min(k + 1, own.length - 1)];
        case "ArrowLeft": return own[Math.max(k - 1, 0)];
        case "Home": return own[0];
        case "End": return own[own.length - 1];
      }
      const order = [...new Set(list.map((i) => chart.spots[i][0]))];
      const next = order[(order.indexOf(series) + (key === "ArrowDown" ? 1 : order.length - 1)) % order.length];
      const [, at] = drawing();
      return list.filter((i) => chart.spots[i][0] === next)
        .reduce((a, b) => (Math.abs(at[2 * b] - at[2 * current]) < Math.abs(at[2 * a] - at[2 * current]) ? b : a));
    }
    plot.addEventListener("keydown", (e) => {
      if (e.key === "Escape") return hide();
      if (!["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End"].includes(e.key)) return;
      e.preventDefault();
      const spot = step(e.key);
      if (spot < 0) return;
      show([spot]);
      live.textContent = words(spot).filter((w) => w).join(": ");
    });
  }

  for (const figure of document.querySelectorAll("figure.chart")) start(figure);

  for (const button of document.querySelectorAll(".copy")) {
    button.addEventListener("click", () => {
      const pre = button.parentElement.querySelector("pre");
      getSelection().selectAllChildren(pre);
      if (document.execCommand("copy")) live.textContent = button.textContent = "Copied";
    });
  }

  // Paper cannot be unfolded.
  const unfolded = [];
  addEventListener("beforeprint", () => {
    for (const d of document.querySelectorAll("#again > details:not([open])")) {
      d.open = true;
      unfolded.push(d);
    }
  });
  addEventListener("afterprint", () => {
    for (const d of unfolded.splice(0)) d.open = false;
  });
})();
