// What is visible -> vis-network: it holds the view, zooms, drags and finds what is under the pointer.

let net = null;
let visNodes = null;
let visEdges = null;
let hovered = null;
const home = new Map(); // positions of the layout, kept while a neighbourhood has positions of its own
const many = () => visNodes.length > 400;
const bodyOf = (node) => net.body.nodes[node];

function radius(node) {
  if (state.size === "same") return 8;
  const big = nodeCount > 300 ? 20 : 17;
  return 5 + big * Math.sqrt(N[state.size][node]);
}

function visNode(node) {
  const { x, y } = network.nodes[node];
  return { id: node, x, y, size: radius(node), shape: "dot" };
}
const visEdge = (edge) => ({ id: edge, from: network.edges[edge].from, to: network.edges[edge].to });

function startGraph() {
  network.nodes.forEach((node, at) => node.hidden || shown.add(at));
  visNodes = new vis.DataSet([...shown].map(visNode));
  visEdges = new vis.DataSet(network.edges.map((_, edge) => edge).filter(isShownEdge).map(visEdge));
  const options = read("options");
  options.interaction.hideEdgesOnDrag = options.interaction.hideEdgesOnZoom = visEdges.length > 20000;
  net = new vis.Network($("canvas"), { nodes: visNodes, edges: visEdges }, options);
  // vis-network draws each line and name by itself, which takes 100 ms for 5,000; drawn in batches they take a quarter
  Object.assign(net.renderer, { _drawEdges: drawLines, _drawArrows: drawArrows, _drawNodes: drawNames });
  net.on("afterDrawing", drawLabels);
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
  // a view that nobody has moved follows the window; vis-network moves it once more after its own event
  let moved = false;
  net.on("zoom", () => (moved = true));
  net.on("dragEnd", () => (moved = true));
  net.on("resize", () => moved || state.selected || setTimeout(() => fitView(false)));
}
const isShownEdge = (edge) => shown.has(network.edges[edge].from) && shown.has(network.edges[edge].to);

/** Bring names that wait in the file into the picture, near the one they were asked from. */
function bringIn(nodes, anchor) {
  const fresh = nodes.filter((node) => !visNodes.get(node));
  if (!fresh.length) return;
  const centre = anchor !== undefined && bodyOf(anchor) ? bodyOf(anchor) : { x: 0, y: 0 };
  fresh.forEach((node, at) => {
    const turn = at * 2.399963, reach = 60 + 24 * Math.sqrt(at);
    Object.assign(network.nodes[node], { x: Math.round(centre.x + Math.cos(turn) * reach), y: Math.round(centre.y + Math.sin(turn) * reach) });
    shown.add(node);
  });
  visNodes.add(fresh.map(visNode));
  const edges = new Set(fresh.flatMap((node) => edgesOf[node]).filter((edge) => isShownEdge(edge) && !visEdges.get(edge)));
  visEdges.add([...edges].map(visEdge));
}

/** Tell vis-network what is hidden, in its own objects: a thousand times cheaper than new data. */
function paint() {
  standing = dimmed();
  for (const node of shown) {
    const body = bodyOf(node);
    if (!body) continue;
    body.options.hidden = !nodeOn[node];
    body.options.size = radius(node);
  }
  for (const edge of visEdges.getIds()) net.body.edges[edge].options.hidden = !edgeOn[edge];
  gatherLines();
  gatherNames();
  net.body.emitter.emit("_dataChanged");
  net.redraw();
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
  const box = $("canvas"), points = wanted.map((node) => bodyOf(node)), xs = points.map(({ x }) => x), ys = points.map(({ y }) => y);
  const reach = (values) => values.reduce(([least, most], value) => [Math.min(least, value), Math.max(most, value)], [Infinity, -Infinity]);
  const [left, right] = reach(xs), [top, bottom] = reach(ys);
  // room for labels at the rim
  const scale = Math.min(1.2, (box.clientWidth - Math.min(170, box.clientWidth * 0.24)) / Math.max(1, right - left), (box.clientHeight - 84) / Math.max(1, bottom - top));
  const position = { x: (left + right) / 2, y: (top + bottom) / 2 };
  net.moveTo({ position, scale: Math.max(0.01, scale), animation: animate && !still() ? { duration: 350, easingFunction: "easeInOutQuad" } : false });
}
const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches || many();

/** A neighbourhood or path of up to 150 names gets positions of its own: in the whole graph's they lie far apart. */
function arrange() {
  for (const [node, { x, y }] of home) Object.assign(bodyOf(node) || {}, { x, y });
  home.clear();
  if (!state.focus && !route) return;
  const nodes = [...shown].filter((node) => nodeOn[node]);
  if (nodes.length > 150) return;
  for (const node of nodes) home.set(node, { x: bodyOf(node).x, y: bodyOf(node).y });
  const places = route ? route.nodes.map((_, at) => ({ x: at * 190, y: (at % 2) * 70 })) : spring(nodes);
  (route ? route.nodes : nodes).forEach((node, at) => Object.assign(bodyOf(node), places[at]));
}

/** Forces between up to 150 names, from where they are: the same start gives the same end. */
function spring(nodes) {
  const number = new Map(nodes.map((node, at) => [node, at]));
  const pairs = network.edges.flatMap(({ from, to }, edge) => (edgeOn[edge] ? [[number.get(from), number.get(to)]] : []));
  const points = nodes.map((node, at) => {
    const turn = at * 2.399963, reach = 40 * Math.sqrt(at + 1), body = bodyOf(node);
    return { x: Math.cos(turn) * reach + body.x * 0.02, y: Math.sin(turn) * reach + body.y * 0.02 };
  });
  for (let round = 0; round < 260; round++) {
    const moves = points.map(({ x, y }) => ({ x: -x * 0.013, y: -y * 0.016 }));
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
  return makeRoom(nodes, points);
}

/** Scaled to a middling distance between neighbours, then boxes of name and label pushed apart. */
function makeRoom(nodes, points) {
  const nearest = points.map((point, at) => Math.min(...points.filter((_, other) => other !== at).map((other) => Math.hypot(point.x - other.x, point.y - other.y)), 1e6)).sort((a, b) => a - b);
  const scale = 72 / Math.max(1, nearest[nearest.length >> 1]);
  const boxes = points.map(({ x, y }, at) => ({ x: x * scale * 1.1, y: y * scale, half: Math.max(radius(nodes[at]), Math.min(30, label(nodes[at]).length) * 3.3) + 4, tall: radius(nodes[at]) + 13 }));
  for (let round = 0; round < 120; round++) {
    let moved = false;
    for (let a = 0; a < boxes.length; a++)
      for (let b = a + 1; b < boxes.length; b++) {
        const p = boxes[a], q = boxes[b], overX = p.half + q.half - Math.abs(p.x - q.x), overY = p.tall + q.tall - Math.abs(p.y - q.y);
        if (overX <= 0 || overY <= 0) continue;
        moved = true;
        const axis = overX < overY ? "x" : "y", push = Math.min(overX, overY) * (p[axis] < q[axis] ? -0.3 : 0.3);
        p[axis] += push;
        q[axis] -= push;
      }
    if (!moved) break;
  }
  return boxes.map(({ x, y }) => ({ x, y }));
}
