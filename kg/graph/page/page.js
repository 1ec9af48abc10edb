// One change of the view -> filters, picture, panel, list, timeline, counts and address, always in this order.

const pathEnds = { from: null, to: null };
let pathFields = null;

function refresh({ fit = false, instant = false, playing: isPlaying = false, move = false } = {}) {
  if (!isPlaying && playing) stopPlay();
  const arrangedBefore = home.size > 0;
  applyView();
  applyFilters();
  const narrow = Boolean(state.focus || route);
  if (fit || arrangedBefore !== narrow) arrange();
  paint();
  showPanel();
  showControls();
  showTimeline();
  showCounts();
  if (state.view === "list") showList();
  if (fit) fitView(!instant);
  else if (move) moveTo();
  writeHash();
}

/** Change some keys of the state and show it. */
function setView(changes, how) {
  Object.assign(state, changes);
  applyView();
  refresh(how);
}

function applyView() {
  const list = state.view === "list";
  $("map").hidden = list;
  $("list").hidden = !list;
  $("canvas").closest("main").className = list ? (state.selected ? "listing chosen" : "listing") : "";
  $("view-map").setAttribute("aria-pressed", String(!list));
  $("view-list").setAttribute("aria-pressed", String(list));
}

function select(what, { move = false } = {}) {
  if (!what && !state.selected && state.path) state.path = null;
  const left = state.selected;
  state.selected = what;
  hover(null);
  if (what?.node !== undefined && !shown.has(what.node)) bringIn([what.node]);
  const outside = what?.node !== undefined && state.focus && what.node !== state.focus.node;
  applyFilters();
  if (outside && !nodeOn[what.node]) state.focus = null;
  if (what?.node !== undefined && route && !route.nodes.includes(what.node)) state.path = null;
  refresh({ move, fit: Boolean(!what && !left) });
  if (what?.node !== undefined) say(`${label(what.node)}, ${typeName(what.node)}`);
}

function moveTo() {
  const node = state.selected?.node;
  if (node === undefined || !bodyOf(node) || !nodeOn[node] || state.view === "list") return;
  net.moveTo({ position: { x: bodyOf(node).x, y: bodyOf(node).y }, scale: Math.max(net.getScale(), 0.75), animation: still() ? false : { duration: 350, easingFunction: "easeInOutQuad" } });
}

/** Only a name and those within so many lines; the same again leads back to all. */
function focusOn(node, hops) {
  const same = state.focus?.node === node && state.focus.hops === hops;
  if (!same) bringIn([node, ...waitingAround(node).sort((a, b) => N.pagerank[b] - N.pagerank[a]).slice(0, 150)], node);
  state.path = null;
  setView({ focus: same ? null : { node, hops }, selected: same ? state.selected : { node } }, { fit: true });
}

function expand(node) {
  bringIn(waitingAround(node).sort((a, b) => N.pagerank[b] - N.pagerank[a]).slice(0, 150), node);
  refresh({ move: true });
}

function startPath(node) {
  pathEnds.from = node;
  pathFields.from.value = label(node);
  $("path-box").open = true;
  $("filters").classList.add("open");
  pathFields.to.focus();
}
function showPath() {
  const { from, to } = pathEnds;
  if (from === null || to === null || from === to) return say("Choose two names for the path.");
  const found = findPath(from, to);
  if (found) bringIn(found.nodes, from);
  $("filters").classList.remove("open");
  setView({ path: [from, to], focus: null, selected: null, view: "map" }, { fit: true });
  say(found ? `${plural(found.edges.length, "step")} from ${label(from)} to ${label(to)}` : "No path with the present filters.");
}

function resetView() {
  for (const set of Object.values(state.off)) set.clear();
  setView({ selected: null, focus: null, path: null, confidence: 0, from: "", to: "" }, { fit: true });
}

function say(words) {
  $("status").dataset.said = words;
  showCounts();
}

function showCounts() {
  const names = nodeOn.reduce((sum, on) => sum + on, 0), facts = visibleFacts().length;
  const said = $("status").dataset.said ? `${$("status").dataset.said} · ` : "";
  delete $("status").dataset.said;
  $("status").textContent = `${said}${names.toLocaleString("en")} of ${plural(nodeCount, "name")}, ${facts.toLocaleString("en")} of ${plural(factCount, "fact")}`;
  $("subtitle").textContent = story.subtitle;
  $("notice").textContent = story.notice;
  const crumb = $("crumb"), back = el("button", { type: "button", class: "plain", onclick: () => setView({ focus: null, path: null }, { fit: true }) }, "Show all");
  crumb.hidden = !(state.focus || state.path) || state.view === "list";
  if (state.focus) crumb.replaceChildren(el("span", {}, "Up to ", plural(state.focus.hops, "step"), " from ", el("b", { dir: "auto" }, shorten(label(state.focus.node), 40))), back);
  else if (state.path) crumb.replaceChildren(el("span", { dir: "auto" }, `${shorten(label(state.path[0]), 30)} to ${shorten(label(state.path[1]), 30)}`), back);
}

// The address: every key but those at rest, names by their slug so that a rebuilt page still finds them.
let writing = "";
function writeHash() {
  const parts = new URLSearchParams(), { off } = state;
  const put = (key, value) => value !== "" && value !== null && value !== undefined && parts.set(key, value);
  if (state.selected?.node !== undefined) put("name", slug(state.selected.node));
  if (state.selected?.edge !== undefined) put("line", `${slug(network.edges[state.selected.edge].from)},${slug(network.edges[state.selected.edge].to)}`);
  if (state.focus) put("focus", slug(state.focus.node)), put("hops", state.focus.hops);
  if (state.path) put("path", state.path.map(slug).join(","));
  put("no-types", [...off.types].sort((a, b) => a - b).map((main) => story.mains[main]).join(","));
  put("no-status", [...off.statuses].sort((a, b) => a - b).map((status) => STATUSES[status]).join(","));
  put("no-relations", [...off.predicates].sort((a, b) => a - b).map((predicate) => story.predicates[predicate].name).join(","));
  put("no-articles", [...off.documents].sort((a, b) => a - b).map((at) => story.documents.id[at]).join(","));
  put("confidence", state.confidence || "");
  put("from", state.from), put("to", state.to);
  for (const [key, rest] of [["basis", story.basis], ["color", "type"], ["size", "pagerank"], ["view", "map"]]) if (state[key] !== rest) put(key, state[key]);
  if (state.loose) put("loose", 1);
  if (document.documentElement.dataset.chosen) put("theme", theme);
  writing = parts.toString();
  if (location.hash.slice(1) !== writing) history.replaceState(null, "", `#${writing}`);
}

function readHash() {
  const parts = new URLSearchParams(location.hash.slice(1)), get = (key) => parts.get(key) || "", list = (key) => get(key).split(",").filter(Boolean);
  const node = (name) => bySlug.get(name);
  const fill = (set, key, names) => {
    set.clear();
    for (const name of list(key)) if (names.includes(name)) set.add(names.indexOf(name));
  };
  fill(state.off.types, "no-types", story.mains);
  fill(state.off.statuses, "no-status", STATUSES);
  fill(state.off.predicates, "no-relations", story.predicates.map(({ name }) => name));
  fill(state.off.documents, "no-articles", story.documents.id);
  state.confidence = Math.min(0.99, Math.max(0, Number(get("confidence")) || 0));
  for (const key of ["from", "to"]) state[key] = /^\d{4}-\d\d-\d\d$/.test(get(key)) ? get(key) : "";
  const pick = (key, allowed, rest) => (state[key] = allowed.includes(get(key)) ? get(key) : rest);
  pick("basis", ["published", "happened"], story.basis);
  pick("color", ["type", "community"], "type");
  pick("size", ["pagerank", "degree", "betweenness", "same"], "pagerank");
  pick("view", ["map", "list"], "map");
  state.loose = get("loose") === "1" || (!network.edges.length && nodeCount > 0);
  const selected = node(get("name")), ends = list("line").map(node), way = list("path").map(node), focus = node(get("focus"));
  state.selected = selected !== undefined ? { node: selected } : ends.length === 2 && lineBetween(...ends) !== undefined ? { edge: lineBetween(...ends) } : null;
  state.focus = focus !== undefined ? { node: focus, hops: Math.min(3, Math.max(1, Number(get("hops")) || 1)) } : null;
  state.path = way.length === 2 && !way.includes(undefined) ? way : null;
  if (state.path) [pathEnds.from, pathEnds.to] = state.path;
  const asked = [selected, focus, ...way, ...ends].filter((found) => found !== undefined);
  bringIn(asked);
  if (focus !== undefined) bringIn(waitingAround(focus).slice(0, 150), focus);
  if (["light", "dark"].includes(get("theme"))) setTheme(get("theme"), true);
  applyView();
}

function setTheme(wanted, chosen = false) {
  theme = wanted;
  document.documentElement.dataset.theme = theme;
  if (chosen) document.documentElement.dataset.chosen = "yes";
  $("theme").textContent = theme === "dark" ? "Light" : "Dark";
}

const KEYS = [
  ["/", "search for a name", () => $("find").querySelector("input").focus()],
  ["Esc", "close, one step back", stepBack],
  ["1 2 3", "neighbours of the selected name"],
  ["n  p", "next and previous name by importance"],
  ["l", "list or graph", () => setView({ view: state.view === "list" ? "map" : "list" }, { fit: state.view !== "list" })],
  ["c", "colour by type or community", () => setView({ color: state.color === "type" ? "community" : "type" })],
  ["t", "play the timeline", () => togglePlay()],
  ["d", "dark or light", () => (setTheme(theme === "dark" ? "light" : "dark", true), refresh())],
  ["0", "whole graph", () => fitView()],
  ["+  -", "closer, farther"],
  ["?", "this help", () => $("help").showModal()],
];

function stepBack() {
  if ($("filters").classList.contains("open")) toggleFilters(false);
  else if (state.selected) select(null);
  else if (state.focus || state.path) setView({ focus: null, path: null }, { fit: true });
}

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || $("help").open || event.target.matches("select, input[type=search], input[type=date]")) return;
  const known = KEYS.find(([key, , run]) => run && (key === event.key || (key === "Esc" && event.key === "Escape")));
  if (known) known[2]();
  else if (/^[123]$/.test(event.key) && state.selected?.node !== undefined) focusOn(state.selected.node, Number(event.key));
  else if (event.key === "n" || event.key === "p") stepThrough(event.key === "n" ? 1 : -1);
  else if (event.key === "+" || event.key === "=") zoom(1.3);
  else if (event.key === "-") zoom(1 / 1.3);
  else return;
  event.preventDefault();
}

function stepThrough(direction) {
  const visible = byImportance.filter((node) => nodeOn[node]), at = visible.indexOf(state.selected?.node);
  if (visible.length) select({ node: visible[at < 0 ? 0 : (at + direction + visible.length) % visible.length] }, { move: true });
}
const zoom = (times) => net.moveTo({ scale: Math.min(4, net.getScale() * times), animation: still() ? false : { duration: 150 } });

function toggleFilters(open = !$("filters").classList.contains("open")) {
  $("filters").classList.toggle("open", open);
  $("open-filters").setAttribute("aria-expanded", String(open));
}

function start() {
  setTheme(matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
  startGraph();
  startTimeline();
  startControls();
  const finder = picker($("find"), "Search for a name", (node) => {
    finder.value = "";
    if (state.view === "list") setView({ view: "map" });
    select({ node }, { move: true });
    $("panel").focus();
  });
  pathFields = { from: picker($("path-from"), "From", (node) => (pathEnds.from = node)), to: picker($("path-to"), "To", (node) => (pathEnds.to = node)) };
  $("path-find").addEventListener("click", showPath);
  $("path-clear").addEventListener("click", () => {
    Object.assign(pathEnds, { from: null, to: null });
    pathFields.from.value = pathFields.to.value = "";
    setView({ path: null }, { fit: true });
  });
  $("view-map").addEventListener("click", () => setView({ view: "map" }, { fit: true }));
  $("view-list").addEventListener("click", () => setView({ view: "list" }));
  $("skip").addEventListener("click", (event) => (event.preventDefault(), setView({ view: "list" }), $("list").focus()));
  $("save-png").addEventListener("click", savePng);
  $("save-svg").addEventListener("click", () => save("graph.svg", svgText(), "image/svg+xml"));
  $("save-csv").addEventListener("click", () => save("facts.csv", csvText(), "text/csv;charset=utf-8"));
  $("print").addEventListener("click", () => print());
  $("exports").addEventListener("click", (event) => event.target.tagName === "BUTTON" && ($("exports").open = false));
  $("theme").addEventListener("click", () => (setTheme(theme === "dark" ? "light" : "dark", true), refresh()));
  $("help-open").addEventListener("click", () => $("help").showModal());
  $("open-filters").addEventListener("click", () => toggleFilters());
  $("stage").addEventListener("pointerdown", () => toggleFilters(false));
  $("zoom-in").addEventListener("click", () => zoom(1.4));
  $("zoom-out").addEventListener("click", () => zoom(1 / 1.4));
  $("zoom-fit").addEventListener("click", () => fitView());
  $("keys").append(...KEYS.flatMap(([key, words]) => [el("dt", {}, key), el("dd", {}, words)]));
  document.addEventListener("keydown", onKey);
  addEventListener("resize", () => showTimeline());
  addEventListener("hashchange", () => location.hash.slice(1) !== writing && (readHash(), refresh({ fit: true })));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", ({ matches }) => document.documentElement.dataset.chosen || (setTheme(matches ? "dark" : "light"), refresh()));
  // paper is white, and a printed list goes on where the screen has a button
  let before = null;
  addEventListener("beforeprint", () => {
    before = { theme, rows: rowsShown };
    rowsShown = Math.max(rowsShown, 3000);
    setTheme("light");
    refresh();
  });
  addEventListener("afterprint", () => {
    if (!before) return;
    rowsShown = before.rows;
    setTheme(before.theme);
    refresh();
  });
  readHash();
  refresh({ fit: true, instant: true });
  if (state.selected && !state.focus) moveTo();
  // what tests and scripts may look at; nothing here changes the page
  window.dateline = Object.freeze({
    state: () => JSON.parse(JSON.stringify({ ...state, off: Object.fromEntries(Object.entries(state.off).map(([key, set]) => [key, [...set]])) })),
    names: () => [...nodeOn.keys()].filter((node) => nodeOn[node]).map(label),
    facts: () => visibleFacts().length,
    labels: () => drawnLabels.map(({ node, text, box }) => ({ node, text, box })),
    lines: () => visEdges.getIds().filter((edge) => edgeOn[edge]).map((edge) => ({ from: label(network.edges[edge].from), to: label(network.edges[edge].to), facts: edgeOn[edge], status: edgeStatus(edge) })),
    place: (name) => net.canvasToDOM(bodyOf(network.nodes.findIndex((node) => node.label === name))),
    redraw() {
      const began = performance.now();
      net.renderer._redraw();
      // reading a pixel of a copy back waits until all is really drawn
      const copy = el("canvas", { width: 1, height: 1 }).getContext("2d", { willReadFrequently: true });
      copy.drawImage($("canvas").querySelector("canvas"), 0, 0);
      copy.getImageData(0, 0, 1, 1);
      return performance.now() - began;
    },
    readyMs: performance.now(),
  });
  document.documentElement.dataset.ready = "yes";
}
start();
