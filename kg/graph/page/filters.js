// The state of the page -> which facts, lines and names are shown.

const state = {
  selected: null, // {node} or {edge}
  focus: null, // {node, hops}
  path: null, // [from, to]
  off: { types: new Set(), statuses: new Set(), predicates: new Set(), documents: new Set() },
  confidence: 0,
  from: "",
  to: "",
  basis: "published",
  loose: false,
  color: "type",
  size: "pagerank",
  view: "map",
};
const shown = new Set(); // names that are in the picture at all; the rest waits in the file
const pass = new Uint8Array(factCount);
const nodeOn = new Uint8Array(nodeCount);
const edgeOn = new Int32Array(network.edges.length); // number of passing facts of a visible line
let route = null; // names and lines of the path that is shown

const dayOf = (fact) => (state.basis === "published" ? publishedOn(fact) : happenedOn(fact));

function inRange(fact) {
  if (!state.from && !state.to) return true;
  const day = dayOf(fact);
  return Boolean(day) && (!state.from || day >= state.from) && (!state.to || day <= state.to);
}

function passes(fact) {
  const { off } = state;
  if (off.statuses.has(factStatus[fact]) || off.predicates.has(F.p[fact]) || F.c[fact] < state.confidence) return false;
  if (off.documents.size) {
    const documents = documentsOf(fact);
    // a fact that names no article goes with the last of them
    if (documents.length ? documents.every((document_) => off.documents.has(document_)) : off.documents.size === story.documents.id.length) return false;
  }
  return inRange(fact);
}

const typeOn = (node) => !state.off.types.has(N.main[node]);
const filtersFacts = () => state.off.statuses.size + state.off.predicates.size + state.off.documents.size > 0 || state.confidence > 0 || Boolean(state.from || state.to);

/** Names within `hops` lines of one, by lines whose facts pass. */
function neighbourhood(start, hops, everywhere = false) {
  const reached = new Map([[start, 0]]);
  const queue = [start];
  for (const node of queue) {
    if (reached.get(node) === hops) continue;
    for (const edge of edgesOf[node]) {
      const other = network.edges[edge].from === node ? network.edges[edge].to : network.edges[edge].from;
      if (reached.has(other) || !typeOn(other) || !(everywhere || shown.has(other))) continue;
      if (!edgeFacts[edge].some((fact) => pass[fact])) continue;
      reached.set(other, reached.get(node) + 1);
      queue.push(other);
    }
  }
  return reached;
}

/** Shortest path by breadth-first search; among equals the one over lines with most facts, then over important names. */
function findPath(from, to) {
  const distance = neighbourhood(to, Infinity, true);
  if (!distance.has(from)) return null;
  const nodes = [from], edges = [];
  while (nodes.at(-1) !== to) {
    const here = nodes.at(-1);
    const steps = edgesOf[here]
      .map((edge) => ({ edge, node: network.edges[edge].from === here ? network.edges[edge].to : network.edges[edge].from }))
      .filter(({ edge, node }) => distance.get(node) === distance.get(here) - 1 && edgeFacts[edge].some((fact) => pass[fact]));
    const count = ({ edge }) => edgeFacts[edge].filter((fact) => pass[fact]).length;
    steps.sort((a, b) => count(b) - count(a) || N.pagerank[b.node] - N.pagerank[a.node] || a.node - b.node);
    edges.push(steps[0].edge);
    nodes.push(steps[0].node);
  }
  return { nodes, edges };
}

/** Work out anew what is visible; the picture, list, counts and panel follow from it. */
function applyFilters() {
  for (let fact = 0; fact < factCount; fact++) pass[fact] = passes(fact) ? 1 : 0;
  route = state.path ? findPath(...state.path) : null;
  if (route) route.nodes.forEach((node) => shown.add(node));
  const near = route ? new Map(route.nodes.map((node) => [node, 0])) : state.focus ? neighbourhood(state.focus.node, state.focus.hops) : null;
  const filtered = filtersFacts();
  for (let node = 0; node < nodeCount; node++) {
    let on = shown.has(node) && typeOn(node) && (!near || near.has(node));
    if (on && !edgesOf[node].length) on = state.loose || isPinned(node);
    if (on && filtered && !isPinned(node)) on = factsOf[node].some((fact) => pass[fact]) || saidBy[node].some((fact) => pass[fact]);
    nodeOn[node] = on ? 1 : 0;
  }
  network.edges.forEach(({ from, to }, edge) => {
    edgeOn[edge] = nodeOn[from] && nodeOn[to] ? edgeFacts[edge].reduce((sum, fact) => sum + pass[fact], 0) : 0;
  });
}

const isPinned = (node) => state.selected?.node === node || state.focus?.node === node;

/** Facts that the view shows: they pass the filters and their names are visible. */
function visibleFacts() {
  const facts = [];
  for (let fact = 0; fact < factCount; fact++) {
    if (pass[fact] && nodeOn[F.s[fact]] && (isLiteral(fact) || nodeOn[F.o[fact]])) facts.push(fact);
  }
  return facts;
}

/** How a line is drawn: the firmest of its facts decides; denied and stated together are disputed. */
function edgeStatus(edge) {
  const found = new Set();
  let about = false;
  for (const fact of edgeFacts[edge]) {
    if (!pass[fact]) continue;
    if (isAbout(fact, edge)) {
      about = true;
      found.add(factStatus[fact]);
    }
  }
  if (!about) return "Claim";
  if (found.has(3)) return found.has(0) || found.has(1) || found.has(2) ? "Disputed" : "Denied";
  return STATUSES[[0, 1, 2, 4, 5].find((status) => found.has(status))];
}

/** Arrow heads: at the object of the facts, at both ends where they go both ways. */
function edgeArrows(edge) {
  const { from, to } = network.edges[edge];
  let ahead = false, back = false;
  for (const fact of edgeFacts[edge]) {
    if (!pass[fact]) continue;
    const object = isAbout(fact, edge) ? F.o[fact] : F.s[fact];
    if (object === to) ahead = true;
    if (object === from) back = true;
  }
  return { ahead, back };
}
