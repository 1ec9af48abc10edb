// Visible lines and names, sorted into batches of one look each -> strokes on the canvas.

let standing = null; // names that stand out while something is selected; null where all are equal
let lineBatches = [];
let nameBatches = [];

/** The selected name and its neighbours, the ends of the selected line, or the path. */
function dimmed() {
  const { selected } = state;
  if (selected?.node !== undefined) {
    if (state.focus?.node === selected.node) return null;
    const near = new Set([selected.node]);
    for (const edge of edgesOf[selected.node]) if (edgeOn[edge]) near.add(network.edges[edge].from).add(network.edges[edge].to);
    return near;
  }
  if (selected?.edge !== undefined) return new Set([network.edges[selected.edge].from, network.edges[selected.edge].to]);
  return route ? new Set(route.nodes) : null;
}

function isLit(edge) {
  const { selected } = state;
  if (selected?.edge === edge || (!selected && route?.edges.includes(edge))) return true;
  return selected?.node !== undefined && (network.edges[edge].from === selected.node || network.edges[edge].to === selected.node);
}

function gatherLines() {
  const batches = new Map(), fog = visEdges.length > 4000 ? 0.55 : visEdges.length > 900 ? 0.8 : 1;
  for (const edge of visEdges.getIds()) {
    if (!edgeOn[edge]) continue;
    const { from, to } = network.edges[edge], status = edgeStatus(edge), stroke = STROKES[status];
    const lit = isLit(edge), far = Boolean(standing) && !lit, width = Math.min(4, 1 + Math.round(Math.log2(edgeOn[edge]))) * 0.5 + 0.5;
    const key = `${status} ${lit} ${far} ${width}`;
    if (!batches.has(key)) {
      const opacity = far ? look().fade * (many() ? 0.6 : 1) : lit ? Math.max(0.8, stroke.opacity) : stroke.opacity * fog;
      const color = stroke.denied ? look().denied : lit ? look().ink : look().line;
      batches.set(key, { lit, far, opacity, color, dashes: stroke.dashes || [], width: lit ? width * 1.4 : width, lines: [] });
    }
    batches.get(key).lines.push({ from, to, ...edgeArrows(edge) });
  }
  lineBatches = [...batches.values()].sort((a, b) => Number(a.lit) - Number(b.lit) || a.opacity - b.opacity);
}

/** One path per look: what overlaps inside it does not grow darker, so that dense parts stay calm. */
function drawLines(ctx) {
  const scale = net.getScale();
  ctx.save();
  for (const { color, opacity, dashes, width, lines } of lineBatches) {
    ctx.strokeStyle = color;
    ctx.globalAlpha = opacity;
    ctx.lineWidth = Math.max(width, 0.45 / scale);
    // dashes that would be finer than the screen can show cost much and say nothing
    ctx.setLineDash(scale < 0.3 ? [] : dashes);
    for (let first = 0; first < lines.length; first += 400) {
      ctx.beginPath();
      for (const { from, to } of lines.slice(first, first + 400)) {
        const a = bodyOf(from), b = bodyOf(to);
        ctx.moveTo(a.x, a.y);
        ctx.lineTo(b.x, b.y);
      }
      ctx.stroke();
    }
  }
  ctx.restore();
}

function drawArrows(ctx) {
  const scale = net.getScale();
  if (scale < 0.4) return;
  ctx.save();
  for (const { color, opacity, far, width, lines } of lineBatches) {
    if (far) continue;
    ctx.fillStyle = color;
    ctx.globalAlpha = Math.min(1, opacity + 0.2);
    ctx.beginPath();
    for (const { from, to, ahead, back } of lines) {
      if (ahead) arrowHead(ctx, from, to, 6.5 + width);
      if (back) arrowHead(ctx, to, from, 6.5 + width);
    }
    ctx.fill();
  }
  ctx.restore();
}

function arrowHead(ctx, from, to, length) {
  const a = bodyOf(from), b = bodyOf(to), dx = b.x - a.x, dy = b.y - a.y, distance = Math.hypot(dx, dy), gap = radius(to) * 1.08 + 1;
  if (distance < gap + length) return;
  const ux = dx / distance, uy = dy / distance, x = b.x - ux * gap, y = b.y - uy * gap, half = length * 0.36;
  ctx.moveTo(x, y);
  ctx.lineTo(x - ux * length - uy * half, y - uy * length + ux * half);
  ctx.lineTo(x - ux * length + uy * half, y - uy * length - ux * half);
}

function gatherNames() {
  const batches = new Map();
  for (const node of [...byImportance].reverse()) {
    if (!nodeOn[node] || !bodyOf(node)) continue;
    const { shape } = typeOf(mainName(node)), fill = colorOf(node), far = Boolean(standing) && !standing.has(node), key = `${far} ${shape} ${fill}`;
    if (!batches.has(key)) batches.set(key, { far, shape, fill, nodes: [] });
    batches.get(key).nodes.push({ node, r: radius(node) });
  }
  nameBatches = [...batches.values()].sort((a, b) => Number(b.far) - Number(a.far));
}

const sizeOnCanvas = (r, scale) => Math.max(r, 2.2 / scale);

function drawNames(ctx) {
  const scale = net.getScale(), { paper, ink, fade } = look();
  const topLeft = net.DOMtoCanvas({ x: -30, y: -30 }), corner = net.DOMtoCanvas({ x: $("canvas").clientWidth + 30, y: $("canvas").clientHeight + 30 });
  const crowd = nameBatches.reduce((sum, { nodes }) => sum + nodes.length, 0) > 1500;
  for (const { far, shape, fill, nodes } of nameBatches) {
    const ring = shape === "ring";
    ctx.globalAlpha = far ? fade * 1.6 : 1;
    ctx.fillStyle = ring ? paper : fill;
    ctx.strokeStyle = ring ? fill : paper;
    for (const { node, r: natural } of nodes) {
      const { x, y, shape: body } = bodyOf(node), r = sizeOnCanvas(natural, scale), reach = Math.max(r, 5 / scale);
      // where vis-network looks for what is under the pointer
      Object.assign(body, { left: x - reach, top: y - reach, width: 2 * reach, height: 2 * reach });
      if (x < topLeft.x || y < topLeft.y || x > corner.x || y > corner.y) continue;
      if (crowd && r * scale < 3 && !ring) {
        ctx.fillRect(x - r, y - r, 2 * r, 2 * r);
        continue;
      }
      tracePath(ctx, shape, x, y, ring ? r * 0.8 : r);
      ctx.fill();
      ctx.lineWidth = ring ? r * 0.42 : 1.2 / scale;
      ctx.stroke();
    }
  }
  ctx.globalAlpha = 1;
  for (const node of new Set([state.selected?.node, hovered?.node])) {
    if (node === undefined || !nodeOn[node] || !bodyOf(node)) continue;
    tracePath(ctx, "circle", bodyOf(node).x, bodyOf(node).y, sizeOnCanvas(radius(node), scale) * 1.3 + 3 / scale);
    ctx.lineWidth = 2 / scale;
    ctx.strokeStyle = ink;
    ctx.stroke();
  }
  return { drawExternalLabels() {} };
}
