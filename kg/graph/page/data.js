// The data blocks -> lookups: names, facts and sentences by number, and small makers of page elements.

const read = (id) => JSON.parse(document.getElementById(id).textContent);
const network = read("network");
const story = read("story");
const N = story.nodes;
const F = story.facts;
const E = story.evidence;
const nodeCount = network.nodes.length;
const factCount = F.s.length;
const $ = (id) => document.getElementById(id);

const STATUSES = ["Stated", "Claim", "Reported", "Denied", "Planned", "Hypothetical"];
const STATUS_WORDS = {
  Stated: "stated",
  Claim: "said by a source",
  Reported: "unnamed source",
  Denied: "denied",
  Planned: "planned",
  Hypothetical: "hypothetical",
};
const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");

/** A new element: text goes in as text only, never as markup. */
function el(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name === "class") made.className = value;
    else if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(name, value);
  }
  for (const child of children.flat()) if (child !== null && child !== undefined && child !== "") made.append(child);
  return made;
}

const SVG_NS = "http://www.w3.org/2000/svg";
function svgEl(tag, attributes, text) {
  const made = document.createElementNS(SVG_NS, tag);
  for (const [name, value] of Object.entries(attributes || {})) made.setAttribute(name, value);
  if (text !== undefined) made.textContent = text;
  return made;
}

const label = (node) => network.nodes[node].label;
const aliases = (node) => N.aliases[node] || [];
const typeName = (node) => story.types[N.type[node]];
const mainName = (node) => story.mains[N.main[node]];
const slug = (node) => N.slug[node];
const isLiteral = (fact) => typeof F.o[fact] === "string";
const predicateLabel = (fact) => story.predicates[F.p[fact]].label;
const extra = (fact) => F.extra[fact] || {};
const plural = (count, one, many) => `${count.toLocaleString("en")} ${count === 1 ? one : many || one + "s"}`;

function statusOf(fact) {
  const modality = story.modalities[F.m[fact]];
  if (modality !== "Asserted" && STATUSES.includes(modality)) return STATUSES.indexOf(modality);
  return F.by[fact] >= 0 ? 1 : 0;
}
const factStatus = Array.from({ length: factCount }, (_, fact) => statusOf(fact));

/** "2025-01-27" -> "27 Jan 2025"; what is no date stays as it is. */
function showDate(iso) {
  const parts = /^(-?\d{4,})-(\d\d)-(\d\d)$/.exec(iso || "");
  return parts ? `${Number(parts[3])} ${MONTHS[parts[2] - 1] || parts[2]} ${parts[1]}` : iso || "";
}
function showInterval(from, to) {
  if (!from || !to || from === to) return showDate(from || to);
  const first = from.split("-"), last = to.split("-");
  if (first[0] === last[0] && from.endsWith("-01-01") && to.endsWith("-12-31")) return first[0];
  if (first[0] === last[0] && first[1] === last[1] && first[2] === "01" && Number(last[2]) >= 28) return `${MONTHS[first[1] - 1]} ${first[0]}`;
  return `${showDate(from)} – ${showDate(to)}`;
}

/** Only web addresses become links; they open without opener or referrer. */
function safeUrl(url) {
  try {
    const parsed = new URL(url);
    return parsed.protocol === "http:" || parsed.protocol === "https:" ? parsed.href : "";
  } catch {
    return "";
  }
}

const documentOf = (fact) => (F.ev[fact].length ? E.d[F.ev[fact][0]] : -1);
const documentsOf = (fact) => F.ev[fact].map((e) => E.d[e]);
const publishedOn = (fact) => {
  const document_ = documentOf(fact);
  return document_ < 0 ? "" : story.documents.date[document_];
};
/** When it happened: the event's day for a role, else the day since which a state holds. */
function happenedOn(fact) {
  return N.from[F.s[fact]] || (isLiteral(fact) ? "" : N.from[F.o[fact]]) || extra(fact).from || "";
}

/** Facts of each name (as subject, object or source) and of each line between two names. */
const factsOf = Array.from({ length: nodeCount }, () => []);
const saidBy = Array.from({ length: nodeCount }, () => []);
const edgeFacts = network.edges.map(() => []);
const edgeAt = new Map(network.edges.map((edge, at) => [edge.from * nodeCount + edge.to, at]));
const edgesOf = Array.from({ length: nodeCount }, () => []);
network.edges.forEach((edge, at) => {
  edgesOf[edge.from].push(at);
  edgesOf[edge.to].push(at);
});
const lineBetween = (a, b) => edgeAt.get(Math.min(a, b) * nodeCount + Math.max(a, b));
for (let fact = 0; fact < factCount; fact++) {
  const subject = F.s[fact], object = F.o[fact], speaker = F.by[fact];
  factsOf[subject].push(fact);
  if (!isLiteral(fact) && object !== subject) {
    factsOf[object].push(fact);
    edgeFacts[lineBetween(subject, object)].push(fact);
  }
  if (speaker >= 0) {
    saidBy[speaker].push(fact);
    // who says it is drawn too: a light line from the speaker to the one spoken of
    if (speaker !== subject && (isLiteral(fact) || speaker !== object)) edgeFacts[lineBetween(speaker, subject)].push(fact);
  }
}
const quotesOf = Array.from({ length: nodeCount }, () => []);
story.quotes.by.forEach((speaker, quote) => speaker >= 0 && quotesOf[speaker].push(quote));

/** Whether a fact's own two ends are those of the line; otherwise the line only says who speaks of whom. */
function isAbout(fact, edge) {
  const { from, to } = network.edges[edge];
  const ends = [F.s[fact], F.o[fact]];
  return ends.includes(from) && ends.includes(to);
}

const byImportance = Array.from({ length: nodeCount }, (_, node) => node).sort((a, b) => N.pagerank[b] - N.pagerank[a] || edgesOf[b].length - edgesOf[a].length || a - b);
const bySlug = new Map(N.slug.map((name, node) => [name, node]));
const fold = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
let folded = null;

/** Names and aliases that match what was typed: whole name first, then beginnings, then anything inside; important ones first. */
function findNames(typed, limit = 12) {
  folded ||= network.nodes.map((node, at) => [fold(node.label), ...aliases(at).map(fold)]);
  const wanted = fold(typed.trim());
  if (!wanted) return [];
  const found = [];
  byImportance.forEach((node, rank) => {
    let best = 9, through = "";
    folded[node].forEach((name, at) => {
      const where = name.indexOf(wanted);
      const score = name === wanted ? 0 : where === 0 ? 1 : where > 0 && /[\s\-'’.]/.test(name[where - 1]) ? 2 : where > 0 ? 3 : 9;
      if (score < best) [best, through] = [score, at ? aliases(node)[at - 1] : ""];
    });
    if (best < 9) found.push({ node, best, rank, through });
  });
  return found.sort((a, b) => a.best - b.best || a.rank - b.rank).slice(0, limit);
}
