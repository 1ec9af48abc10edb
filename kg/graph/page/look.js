// Types, statuses and themes -> colours, shapes and strokes: one definition for canvas, legend and SVG.

// Hues after Paul Tol's "muted" scheme, which colour-blind readers can tell apart; the shape says the type a second time.
const TYPES = {
  Person: { shape: "circle", light: "#c75c6c", dark: "#e58b98", many: "People" },
  Organization: { shape: "square", light: "#3b3193", dark: "#9b93ea", many: "Organisations" },
  Platform: { shape: "hexagon", light: "#2f9685", dark: "#5cc4b3", many: "Platforms" },
  Group: { shape: "ring", light: "#117733", dark: "#62bb7b", many: "Groups" },
  Place: { shape: "pin", light: "#8a8a2b", dark: "#bdbd57", many: "Places" },
  Event: { shape: "diamond", light: "#d9822b", dark: "#f0a45d", many: "Events" },
  Policy: { shape: "pentagon", light: "#882255", dark: "#d66ba0", many: "Policies and laws" },
  Product: { shape: "triangle", light: "#4f9fd0", dark: "#86cbf0", many: "Products" },
  Work: { shape: "star", light: "#9a4494", dark: "#cf7cc0", many: "Works" },
  Other: { shape: "circle", light: "#7b8088", dark: "#9aa0a9", many: "Others" },
};
const GROUPS = {
  light: ["#3b3193", "#c75c6c", "#2f9685", "#d9822b", "#4f9fd0", "#117733", "#9a4494", "#8a8a2b", "#882255", "#7a5a3c", "#5b7f95", "#a7772b"],
  dark: ["#9b93ea", "#e58b98", "#5cc4b3", "#f0a45d", "#86cbf0", "#62bb7b", "#cf7cc0", "#bdbd57", "#d66ba0", "#c79d78", "#93b5c9", "#d8b063"],
  rest: { light: "#9a9ea6", dark: "#6d737d" },
};
const CANVAS = {
  light: { paper: "#faf9f6", ink: "#1c1e22", line: "#5b606a", soft: "#5d636d", denied: "#b3261e", fade: 0.1 },
  dark: { paper: "#14161a", ink: "#e8e6e1", line: "#a3a9b4", soft: "#a0a6b0", denied: "#ff8f85", fade: 0.12 },
};
// Dashes in the picture's own units; opacity beside it, so that what is not certain is lighter.
const STROKES = {
  Stated: { dashes: false, opacity: 0.5 },
  Claim: { dashes: [7, 5], opacity: 0.5 },
  Reported: { dashes: [3, 4], opacity: 0.5 },
  Denied: { dashes: [2, 4], opacity: 0.85, denied: true },
  Disputed: { dashes: [9, 3, 2, 3], opacity: 0.85, denied: true },
  Planned: { dashes: [12, 6], opacity: 0.28 },
  Hypothetical: { dashes: [2, 6], opacity: 0.32 },
};

let theme = "light";
const look = () => CANVAS[theme];
const typeOf = (main) => TYPES[main] || TYPES.Other;

function colorOf(node) {
  if (state.color === "community") {
    const group = N.community[node];
    return group >= 0 && group < GROUPS[theme].length ? GROUPS[theme][group] : GROUPS.rest[theme];
  }
  return typeOf(mainName(node))[theme];
}

/** Corners of a shape around (0, 0) for radius 1; circles have none. */
const CORNERS = {
  square: polygon(4, Math.PI / 4, 1.12),
  diamond: polygon(4, 0, 1.22),
  triangle: polygon(3, -Math.PI / 2, 1.22),
  pin: polygon(3, Math.PI / 2, 1.22),
  pentagon: polygon(5, -Math.PI / 2, 1.12),
  hexagon: polygon(6, 0, 1.1),
  star: polygon(10, -Math.PI / 2, 1.28, 0.58),
};
function polygon(corners, turn, outer, inner = outer) {
  return Array.from({ length: corners }, (_, at) => {
    const angle = turn + (at * 2 * Math.PI) / corners, radius = at % 2 ? inner : outer;
    return [Math.cos(angle) * radius, Math.sin(angle) * radius];
  });
}

function tracePath(ctx, shape, x, y, r) {
  ctx.beginPath();
  const corners = CORNERS[shape];
  if (!corners) ctx.arc(x, y, r, 0, 2 * Math.PI);
  else {
    corners.forEach(([cx, cy], at) => (at ? ctx.lineTo(x + cx * r, y + cy * r) : ctx.moveTo(x + cx * r, y + cy * r)));
    ctx.closePath();
  }
}

/** Path data of a shape, for legend and SVG export. */
function pathData(shape, x, y, r) {
  const digits = (value) => Math.round(value * 100) / 100;
  const corners = CORNERS[shape];
  if (corners) return "M" + corners.map(([cx, cy]) => `${digits(x + cx * r)} ${digits(y + cy * r)}`).join("L") + "Z";
  return `M${digits(x - r)} ${digits(y)}a${r} ${r} 0 1 0 ${digits(2 * r)} 0a${r} ${r} 0 1 0 ${digits(-2 * r)} 0Z`;
}

function icon(main, color) {
  const type = typeOf(main), fill = color || type[theme], drawn = svgEl("svg", { width: 14, height: 14, viewBox: "-7 -7 14 14", "aria-hidden": "true" });
  const ring = type.shape === "ring";
  drawn.append(svgEl("path", { d: pathData(type.shape, 0, 0, ring ? 4.1 : 5), fill: ring ? "none" : fill, stroke: fill, "stroke-width": ring ? 2.6 : 0 }));
  return drawn;
}

function strokeIcon(status) {
  const stroke = STROKES[status], drawn = svgEl("svg", { width: 26, height: 10, viewBox: "0 0 26 10", "aria-hidden": "true" });
  drawn.append(svgEl("line", { x1: 1, x2: 25, y1: 5, y2: 5, stroke: stroke.denied ? look().denied : look().line, "stroke-width": 2, "stroke-opacity": Math.min(1, stroke.opacity + 0.3), "stroke-dasharray": stroke.dashes ? stroke.dashes.join(" ") : "none" }));
  return drawn;
}
