// What is visible -> the picture: vis-network draws lines and moves the view, names and their labels are drawn here.

let net = null;
let visNodes = null;
let visEdges = null;
let hovered = null;
let drawnLabels = [];
let redrawMs = 0;
const home = new Map(); // positions of the layout, kept while a neighbourhood has positions of its own
const many = () => visNodes.length > 400;

function radius(node) {
  if (state.size === "same") return 8;
  const big = nodeCount > 300 ? 20 : 17;
  return 5 + big * Math.sqrt(N[state.size][node]);
}

function visNode(node) {
  const { x, y } = network.nodes[node];
  return { id: node, x, y, size: radius(node), shape: "custom", ctxRenderer: drawNode };
}
const visEdge = (edge) => ({ id: edge, from: network.edges[edge].from, to: network.edges[edge].to });

function startGraph() {
  network.nodes.forEach((node, at) => node.hidden || shown.add(at));
  visNodes = new vis.DataSet([...shown].map(visNode));
  visEdges = new vis.DataSet(network.edges.map((_, edge) => edge).filter(isShownEdge).map(visEdge));
  const options = read("options");
  options.interaction.hideEdgesOnDrag = options.interaction.hideEdgesOnZoom = visEdges.length > 1500;
  net = new vis.Network($("canvas"), { nodes: visNodes, edges: visEdges }, options);
  let began = 0;
  net.on("beforeDrawing", () => (began = performance.now()));
  net.on("afterDrawing", (ctx) => {
    drawOver(ctx);
    redrawMs = performance.now() - began;
  });
  net.on("click", ({ nodes, edges }) => {
    if (nodes.length) select({ node: nodes[0] });
    else if (edges.length) select({ edge: edges[0] });
    else select(null);
  });
  net.on("doubleClick", ({ nodes }) => nodes.length && focusOn(nodes[0], 1));
  net.on("hoverNode", ({ node, event }) => hover({ node }, event));
  net.on("hoverEdge", ({ edge, event }) => hover({ edge }, event));
  net.on("blurNode", () => hover(null));
  net.on("blurEdge", () => hover(null));
  net.on("dragStart", () => hover(null));
  net.on("resize", () => fitView(false));
}
const isShownEdge = (edge) => shown.has(network.edges[edge].from) && shown.has(network.edges[edge].to);

/** Bring names that wait in the file into the picture, near the one they were asked from. */
function bringIn(nodes, anchor) {
  const fresh = nodes.filter((node) => !visNodes.get(node));
  if (!fresh.length) return;
  const centre = anchor !== undefined && net.body.nodes[anchor] ? net.body.nodes[anchor] : { x: 0, y: 0 };
  fresh.forEach((node, at) => {
    const turn = at * 2.399963, reach = 60 + 24 * Math.sqrt(at);
    Object.assign(network.nodes[node], { x: Math.round(centre.x + Math.cos(turn) * reach), y: Math.round(centre.y + Math.sin(turn) * reach) });
    shown.add(node);
  });
  visNodes.add(fresh.map(visNode));
  const edges = new Set(fresh.flatMap((node) => edgesOf[node]).filter((edge) => isShownEdge(edge) && !visEdges.get(edge)));
  visEdges.add([...edges].map(visEdge));
}

/** Write visibility, strokes and sizes into vis-network's own objects: a thousand times cheaper than new data. */
function paint() {
  const dim = dimmed();
  for (const node of shown) {
    const body = net.body.nodes[node];
    if (!body) continue;
    body.options.hidden = !nodeOn[node];
    body.options.size = radius(node);
  }
  const { line, denied, ink } = look();
  const fog = many() ? 0.5 : 1;
  for (const edge of visEdges.getIds()) {
    const body = net.body.edges[edge];
    const { options } = body;
    options.hidden = !edgeOn[edge];
    if (options.hidden) continue;
    const stroke = STROKES[edgeStatus(edge)], arrows = edgeArrows(edge), lit = isLit(edge);
    const far = dim && !lit;
    options.color.inherit = false;
    options.color.color = options.color.hover = options.color.highlight = stroke.denied ? denied : lit ? ink : line;
    options.color.opacity = far ? look().fade * (many() ? 0.6 : 1) : lit ? Math.max(0.75, stroke.opacity) : stroke.opacity * fog;
    options.dashes = stroke.dashes;
    options.width = Math.min(4, 0.9 + 0.45 * Math.log2(edgeOn[edge])) * (lit ? 1.5 : 1);
    options.arrows.to.enabled = arrows.ahead && !far;
    options.arrows.from.enabled = arrows.back && !far;
  }
  net.body.emitter.emit("_dataChanged");
  net.redraw();
}

/** Names that stand out while something is selected; null where all are equal. */
function dimmed() {
  if (state.selected?.node !== undefined) {
    const near = new Set([state.selected.node]);
    for (const edge of edgesOf[state.selected.node]) if (edgeOn[edge]) near.add(network.edges[edge].from).add(network.edges[edge].to);
    return near;
  }
  if (state.selected?.edge !== undefined) return new Set([network.edges[state.selected.edge].from, network.edges[state.selected.edge].to]);
  return route ? new Set(route.nodes) : null;
}

function isLit(edge) {
  if (state.selected?.edge === edge || route?.edges.includes(edge)) return true;
  const node = state.selected?.node;
  return node !== undefined && (network.edges[edge].from === node || network.edges[edge].to === node);
}

let standing = null; // names not dimmed, worked out once a frame's state changes
function drawNode({ ctx, id, x, y }) {
  const scale = net.getScale(), shape = typeOf(mainName(id)).shape, far = standing && !standing.has(id);
  const r = Math.max(radius(id), 2.4 / scale);
  return {
    drawNode() {
      const selected = state.selected?.node === id, fill = colorOf(id), { paper, ink } = look();
      ctx.globalAlpha = far ? look().fade * 1.6 : 1;
      tracePath(ctx, shape, x, y, shape === "ring" ? r * 0.8 : r);
      if (shape === "ring") {
        ctx.fillStyle = paper;
        ctx.fill();
        ctx.lineWidth = r * 0.42;
        ctx.strokeStyle = fill;
        ctx.stroke();
      } else {
        ctx.fillStyle = fill;
        ctx.fill();
        ctx.lineWidth = 1.2 / scale;
        ctx.strokeStyle = paper;
        ctx.stroke();
      }
      if (selected || hovered?.node === id) {
        tracePath(ctx, "circle", x, y, r * 1.3 + 3 / scale);
        ctx.lineWidth = 2 / scale;
        ctx.strokeStyle = ink;
        ctx.stroke();
      }
      ctx.globalAlpha = 1;
    },
    nodeDimensions: { width: 2 * r, height: 2 * r },
  };
}

/** Labels by importance: each goes below, above, right or left of its name, where nothing is covered, or is left out. */
function drawOver(ctx) {
  const scale = net.getScale(), box = $("canvas"), width = box.clientWidth, height = box.clientHeight;
  const at = (node) => net.canvasToDOM({ x: net.body.nodes[node].x, y: net.body.nodes[node].y });
  const grid = new BoxGrid();
  const inView = [];
  for (const node of byImportance) {
    if (!nodeOn[node] || !net.body.nodes[node]) continue;
    const { x, y } = at(node);
    if (x < -40 || y < -20 || x > width + 40 || y > height + 20) continue;
    const r = Math.max(radius(node) * scale, 2.4);
    inView.push({ node, x, y, r });
    if (r > 4) grid.add([x - r, y - r, x + r, y + r, node]);
  }
  const wanted = standing || new Set();
  const first = inView.filter(({ node }) => hovered?.node === node || wanted.has(node));
  const budget = Math.max(30, (width * height) / 5200);
  drawnLabels = [];
  ctx.save();
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  ctx.lineJoin = "round";
  for (const item of [...first, ...inView.filter((entry) => !first.includes(entry))]) {
    if (drawnLabels.length >= budget) break;
    if (standing && !standing.has(item.node) && hovered?.node !== item.node) continue;
    const placed = placeLabel(ctx, item, grid);
    if (placed) drawLabel(ctx, placed, scale);
  }
  drawCounts(ctx, scale, grid);
  ctx.restore();
}

function placeLabel(ctx, { node, x, y, r }, grid) {
  const weight = N.pagerank[node];
  const size = state.selected?.node === node ? 15 : 11 + Math.round(4 * Math.sqrt(weight));
  const font = `${weight > 0.45 || state.selected?.node === node ? 600 : 400} ${size}px ${FONT}`;
  const text = shorten(label(node), state.selected?.node === node ? 60 : 30);
  ctx.font = font;
  const half = textWidth(ctx, text, font) / 2 + 2, tall = size * 0.62;
  for (const [dx, dy] of [[0, r + tall + 2], [0, -r - tall - 2], [r + half + 3, 0], [-r - half - 3, 0]]) {
    const box = [x + dx - half, y + dy - tall, x + dx + half, y + dy + tall, node];
    if (!grid.hits(box)) {
      grid.add(box);
      return { node, text, font, box, x: x + dx, y: y + dy };
    }
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
function drawCounts(ctx, scale, grid) {
  if (scale < 0.7 || many()) return;
  const font = `500 10px ${FONT}`;
  for (const edge of visEdges.getIds()) {
    if (edgeOn[edge] < 2 || (standing && !isLit(edge))) continue;
    const a = net.body.nodes[network.edges[edge].from], b = net.body.nodes[network.edges[edge].to];
    const { x, y } = net.canvasToDOM({ x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 });
    const text = String(edgeOn[edge]), half = 4 + text.length * 3, box = [x - half, y - 7, x + half, y + 7];
    if (grid.hits(box)) continue;
    grid.add(box);
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
        if (other[4] !== box[4] || other[4] === undefined) {
          if (other[0] < box[2] && box[0] < other[2] && other[1] < box[3] && box[1] < other[3]) return true;
        }
    return false;
  }
}

/** A tooltip beside the pointer: a name with its type, or the facts of a line. */
function hover(what, event) {
  hovered = what;
  const tip = $("tip");
  if (!what) {
    tip.hidden = true;
  } else {
    tip.replaceChildren(...(what.node !== undefined ? nodeTip(what.node) : edgeTip(what.edge)));
    tip.hidden = false;
    const map = $("map").getBoundingClientRect(), pointer = event.touches?.[0] || event;
    const x = (pointer.clientX ?? 0) - map.left, y = (pointer.clientY ?? 0) - map.top;
    tip.style.left = `${Math.max(4, Math.min(x + 14, map.width - tip.offsetWidth - 6))}px`;
    tip.style.top = `${y + 18 + tip.offsetHeight > map.height ? Math.max(4, y - tip.offsetHeight - 10) : y + 18}px`;
  }
  net.redraw();
}
function nodeTip(node) {
  const facts = factsOf[node].filter((fact) => pass[fact]).length;
  return [el("b", {}, label(node)), `${typeName(node)} · ${plural(facts, "fact")}`];
}
function edgeTip(edge) {
  const facts = edgeFacts[edge].filter((fact) => pass[fact]);
  const lines = facts.slice(0, 4).map((fact) => el("div", {}, factText(fact)));
  return facts.length > 4 ? [...lines, el("div", {}, `and ${facts.length - 4} more`)] : lines;
}

/** Show all that is visible, or the given names. */
function fitView(animate = true, nodes = null) {
  const wanted = (nodes || [...shown]).filter((node) => nodeOn[node]);
  if (!wanted.length) return;
  net.fit({ nodes: wanted, maxZoomLevel: 1.6, minZoomLevel: 0.01, animation: animate && !still() ? { duration: 350, easingFunction: "easeInOutQuad" } : false });
}
const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches || many();

/** A neighbourhood or path of up to 150 names gets positions of its own: in the whole graph's they lie far apart. */
function arrange() {
  for (const [node, { x, y }] of home) Object.assign(net.body.nodes[node] || {}, { x, y });
  home.clear();
  if (!state.focus && !route) return;
  const nodes = [...shown].filter((node) => nodeOn[node]);
  if (nodes.length > 150) return;
  for (const node of nodes) home.set(node, { x: net.body.nodes[node].x, y: net.body.nodes[node].y });
  const places = route ? route.nodes.map((_, at) => ({ x: at * 190, y: (at % 2) * 70 })) : spring(nodes);
  (route ? route.nodes : nodes).forEach((node, at) => Object.assign(net.body.nodes[node], places[at]));
}

/** Forces between up to 150 names, from where they are: the same start gives the same end. */
function spring(nodes) {
  const number = new Map(nodes.map((node, at) => [node, at]));
  const pairs = network.edges.flatMap(({ from, to }, edge) => (edgeOn[edge] ? [[number.get(from), number.get(to)]] : []));
  const points = nodes.map((node, at) => {
    const turn = at * 2.399963, reach = 40 * Math.sqrt(at + 1), body = net.body.nodes[node];
    return { x: Math.cos(turn) * reach + body.x * 0.02, y: Math.sin(turn) * reach + body.y * 0.02 };
  });
  for (let round = 0; round < 260; round++) {
    const moves = points.map(({ x, y }) => ({ x: -x * 0.012, y: -y * 0.02 }));
    for (let a = 0; a < points.length; a++)
      for (let b = a + 1; b < points.length; b++) {
        const dx = points[a].x - points[b].x || 0.1, dy = points[a].y - points[b].y || 0.1, push = 5200 / (dx * dx + dy * dy + 40);
        moves[a].x += dx * push * 0.06, moves[a].y += dy * push * 0.06, moves[b].x -= dx * push * 0.06, moves[b].y -= dy * push * 0.06;
      }
    for (const [a, b] of pairs) {
      const dx = points[a].x - points[b].x, dy = points[a].y - points[b].y;
      moves[a].x -= dx * 0.02, moves[a].y -= dy * 0.02, moves[b].x += dx * 0.02, moves[b].y += dy * 0.02;
    }
    const cool = 1 - round / 260;
    points.forEach((point, at) => {
      const length = Math.hypot(moves[at].x, moves[at].y) || 1, step = Math.min(length, 24 * cool + 1);
      point.x += (moves[at].x / length) * step;
      point.y += (moves[at].y / length) * step;
    });
  }
  return points.map(({ x, y }) => ({ x: x * 1.25, y }));
}
