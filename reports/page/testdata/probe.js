// Functions with which the tests look at a page.

function shown(e) { return e.getClientRects().length > 0 && getComputedStyle(e).visibility !== "hidden"; }

function nameOf(e) {
  return e.tagName.toLowerCase() + (e.id ? "#" + e.id : "") + (e.getAttribute("class") ? "." + e.getAttribute("class").replaceAll(" ", ".") : "");
}

// What is wider than the window and does not scroll by itself.
function overflow() {
  const root = document.documentElement, out = [];
  if (root.scrollWidth > root.clientWidth) out.push(`page ${root.scrollWidth} > ${root.clientWidth}`);
  for (const e of document.body.querySelectorAll("*")) {
    if (e.closest(".scroll, pre, .hidden, .skip, svg") && !e.matches(".scroll, pre, .plot > svg") || !shown(e)) continue;
    const box = e.getBoundingClientRect();
    if (box.right > root.clientWidth + 0.5 || box.left < -0.5) out.push(`${nameOf(e)} from ${box.left} to ${box.right}`);
  }
  return out;
}

// Charts without exactly one drawing that shows something.
function blank() {
  const out = [];
  for (const f of document.querySelectorAll("figure.chart")) {
    const drawings = [...f.querySelectorAll(".plot > svg")].filter(shown);
    if (drawings.length !== 1) { out.push(`${f.id}: ${drawings.length} drawings`); continue; }
    const box = drawings[0].getBoundingClientRect();
    if (box.width < 200 || box.height < 150) out.push(`${f.id}: ${box.width} x ${box.height}`);
    const marks = [...drawings[0].querySelectorAll("path, image")].filter((e) => { const b = e.getBoundingClientRect(); return b.width + b.height > 0; });
    if (marks.length < 2) out.push(`${f.id}: nothing is drawn`);
    for (const t of drawings[0].querySelectorAll("text")) {
      const b = t.getBoundingClientRect();
      if (b.left < box.left - 1 || b.right > box.right + 1 || b.top < box.top - 1 || b.bottom > box.bottom + 1) out.push(`${f.id}: "${t.textContent}" lies outside`);
    }
  }
  return out;
}

function channels(color) {
  const m = color.match(/[\d.]+/g).map(Number);
  return m.length < 4 ? [...m.slice(0, 3), 1] : m;
}

// Relative luminance and contrast as WCAG 2.2 defines them.
function luminance(c) {
  const [r, g, b] = c.slice(0, 3).map((v) => { v /= 255; return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a, b) {
  const [hi, lo] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (hi + 0.05) / (lo + 0.05);
}

function backgroundOf(e) {
  for (; e; e = e.parentElement) {
    const c = channels(getComputedStyle(e).backgroundColor);
    if (c[3] > 0.99) return c;
  }
  return [255, 255, 255, 1];
}

// The filled areas of a drawing, in the order in which they were painted.
function areasOf(svg) {
  return [...svg.querySelectorAll("path")].filter((p) => p.getAttribute("fill") !== "none")
    .map((path) => ({ path, box: path.getBBox(), fill: channels(getComputedStyle(path).fill) }));
}

// What lies under the middle of a text of a drawing.
function under(text, areas) {
  const svg = text.ownerSVGElement, at = svg.createSVGPoint(), box = text.getBBox();
  at.x = box.x + box.width / 2;
  at.y = box.y + box.height / 2;
  const { x, y } = at.matrixTransform(svg.getCTM().inverse().multiply(text.getCTM()));
  at.x = x;
  at.y = y;
  let found = null;
  for (const a of areas) {
    if (x < a.box.x || x > a.box.x + a.box.width || y < a.box.y || y > a.box.y + a.box.height) continue;
    const painted = a.path.compareDocumentPosition(text) & Node.DOCUMENT_POSITION_FOLLOWING;
    if (painted && a.path.isPointInFill(at)) found = a;
  }
  return found ? found.fill : backgroundOf(svg);
}

// Texts with less contrast than WCAG 2.2 asks for at level AA.
function pale() {
  const out = new Set(), areas = new Map();
  for (const e of document.body.querySelectorAll("*")) {
    const own = [...e.childNodes].some((n) => n.nodeType === Node.TEXT_NODE && n.textContent.trim());
    if (!own || !shown(e) || !e.checkVisibility() || e.closest("script, style")) continue;
    const svg = e.ownerSVGElement;
    if (svg && !areas.has(svg)) areas.set(svg, areasOf(svg));
    const style = getComputedStyle(e), drawn = svg && e.tagName === "text";
    const size = parseFloat(style.fontSize), bold = Number(style.fontWeight) >= 700;
    const need = !drawn && (size >= 24 || bold && size >= 18.66) ? 3 : 4.5;
    const got = drawn ? contrast(channels(style.fill), under(e, areas.get(svg))) : contrast(channels(style.color), backgroundOf(e));
    if (got < need) out.add(`${nameOf(e)} "${e.textContent.trim().slice(0, 40)}" ${got.toFixed(2)} < ${need}`);
  }
  return [...out];
}
