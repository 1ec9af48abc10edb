// Names in view, the important ones first -> labels of which none covers another.

let drawnLabels = [];

/** Labels by importance: each goes below, above, right or left of its name, where nothing is covered, or is left out. */
function drawLabels(ctx) {
  const scale = net.getScale(), box = $("canvas"), width = box.clientWidth, height = box.clientHeight;
  const at = (node) => net.canvasToDOM(bodyOf(node));
  const grid = new BoxGrid(), main = new BoxGrid(), placed = new BoxGrid();
  const inView = [];
  for (const node of byImportance) {
    if (!nodeOn[node] || !bodyOf(node)) continue;
    const { x, y } = at(node);
    if (x < -40 || y < -20 || x > width + 40 || y > height + 20) continue;
    const r = Math.max(radius(node) * scale, 2.4);
    inView.push({ node, x, y, r });
    if (r > 4) grid.add([x - r, y - r, x + r, y + r, node]);
    // the shapes of the names at the centre stay free even where a label may cover lesser ones
    if (r > 4 && inView.length <= 30) main.add([x - r * 0.8, y - r * 0.8, x + r * 0.8, y + r * 0.8, node]);
  }
  const wanted = standing || new Set();
  const first = inView.filter(({ node }) => hovered?.node === node || wanted.has(node));
  const budget = Math.max(30, (width * height) / (scale < 0.35 ? 12000 : 5200));
  drawnLabels = [];
  ctx.save();
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  ctx.lineJoin = "round";
  for (const item of [...first, ...inView.filter((entry) => !first.includes(entry))]) {
    if (drawnLabels.length >= budget) break;
    if (standing && !standing.has(item.node) && hovered?.node !== item.node) continue;
    // what was asked for may cover a name's shape, but no label ever covers another
    const must = wanted.has(item.node) || hovered?.node === item.node, asked = must || inView.length < 80 || inView.indexOf(item) < 30;
    const edge = { hits: ([left, top, right, bottom]) => left < 2 || top < 2 || right > width - 2 || bottom > height - 2 };
    const found = placeLabel(ctx, item, [edge, grid, placed]) || (asked && placeLabel(ctx, item, [edge, main, placed])) || (must && placeLabel(ctx, item, [placed])) || (inView.indexOf(item) < 14 && placeLabel(ctx, item, [edge, placed]));
    if (!found) continue;
    placed.add(found.box);
    drawLabel(ctx, found, scale);
  }
  drawCounts(ctx, scale, [grid, placed]);
  ctx.restore();
}

function placeLabel(ctx, { node, x, y, r }, grids) {
  const weight = N.pagerank[node];
  const size = state.selected?.node === node ? 15 : 11 + Math.round(4 * Math.sqrt(weight));
  const font = `${weight > 0.45 || state.selected?.node === node ? 600 : 400} ${size}px ${FONT}`;
  const text = shorten(label(node), state.selected?.node === node ? 60 : 30);
  ctx.font = font;
  const half = textWidth(ctx, text, font) / 2 + 2, tall = size * 0.62;
  for (const [dx, dy] of [[0, r + tall + 2], [0, -r - tall - 2], [r + half + 3, 0], [-r - half - 3, 0]]) {
    const box = [x + dx - half, y + dy - tall, x + dx + half, y + dy + tall, node];
    if (!grids.some((grid) => grid.hits(box))) return { node, text, font, box, x: x + dx, y: y + dy };
  }
  return null;
}

const FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", Arial, sans-serif';
const widths = new Map();
function textWidth(ctx, text, font) {
  const key = font + text;
  if (!widths.has(key)) widths.set(key, ctx.measureText(text).width);
  return widths.get(key);
}
function shorten(text, most) {
  const letters = Array.from(text.replace(/\s+/g, " "));
  return letters.length > most ? letters.slice(0, most - 1).join("").trimEnd() + "…" : letters.join("");
}

function drawLabel(ctx, { node, text, font, box, x, y }, scale) {
  const place = net.DOMtoCanvas({ x, y });
  ctx.font = font.replace(/(\d+)px/, (_, size) => `${size / scale}px`);
  ctx.lineWidth = 3.4 / scale;
  ctx.strokeStyle = look().paper;
  ctx.fillStyle = look().ink;
  ctx.strokeText(text, place.x, place.y);
  ctx.fillText(text, place.x, place.y);
  drawnLabels.push({ node, text, box: box.slice(0, 4), font, x, y });
}

/** The number of facts beside the middle of a line, where there are several and there is room. */
function drawCounts(ctx, scale, grids) {
  if (scale < 0.7 || many()) return;
  const font = `500 10px ${FONT}`;
  for (const edge of visEdges.getIds()) {
    if (edgeOn[edge] < 2 || (standing && !isLit(edge))) continue;
    const a = bodyOf(network.edges[edge].from), b = bodyOf(network.edges[edge].to);
    const { x, y } = net.canvasToDOM({ x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 });
    const text = String(edgeOn[edge]), half = 4 + text.length * 3, box = [x - half, y - 7, x + half, y + 7, `line ${edge}`];
    if (grids.some((grid) => grid.hits(box))) continue;
    grids[1].add(box);
    drawLabel(ctx, { node: -1, text, font, box, x, y }, scale);
  }
}

/** Boxes on screen in cells of 64 px: asks only near ones whether two cover each other. */
class BoxGrid {
  cells = new Map();
  *keys([left, top, right, bottom]) {
    for (let cx = Math.floor(left / 64); cx <= Math.floor(right / 64); cx++)
      for (let cy = Math.floor(top / 64); cy <= Math.floor(bottom / 64); cy++) yield cx * 65536 + cy;
  }
  add(box) {
    for (const key of this.keys(box)) this.cells.has(key) ? this.cells.get(key).push(box) : this.cells.set(key, [box]);
  }
  hits(box) {
    for (const key of this.keys(box))
      for (const other of this.cells.get(key) || [])
        if (other[4] !== box[4] && other[0] < box[2] && box[0] < other[2] && other[1] < box[3] && box[1] < other[3]) return true;
    return false;
  }
}
