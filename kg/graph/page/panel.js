// What is selected -> the side panel: names, facts, events, claims and quotations, each with its sentence and source.

const FIRST = 6; // entries of a section before "Show all"
const go = (node) => () => select({ node }, { move: true });
const nameButton = (node) => el("button", { type: "button", class: "name", dir: "auto", onclick: go(node) }, label(node));
const tag = (word, kind) => el("span", { class: `tag ${kind || word}` }, word);

function factText(fact) {
  const object = isLiteral(fact) ? F.o[fact] : label(F.o[fact]);
  const words = `${label(F.s[fact])} – ${predicateLabel(fact)} – ${object}`;
  return F.by[fact] >= 0 ? `${label(F.by[fact])} says: ${words}` : words;
}

/** Literals as a reader writes them: 700000 -> 700,000; a date in words; with "more than" before and the unit behind. */
function literalText(fact) {
  const value = F.o[fact], { note } = extra(fact);
  const precision = /^\d{4}-\d\d-\d\d$/.test(value) && /(^| )(year|month)$/.exec(note || "");
  if (precision) {
    const [year, month] = value.split("-"), before = note.slice(0, precision.index).trim();
    return [before, precision[2] === "month" && MONTHS[month - 1], year].filter(Boolean).join(" ");
  }
  const shown_ = /^\d{5,}$/.test(value) ? Number(value).toLocaleString("en") : showDate(value);
  return note ? `${note} ${shown_}` : shown_;
}

/** A name inside running text: a button cannot break over lines, so it is a span that behaves as one. */
function nameInText(node, words) {
  const act = go(node);
  return el("span", { class: "name", role: "button", tabindex: 0, onclick: act, onkeydown: (event) => (event.key === "Enter" || event.key === " ") && (event.preventDefault(), act()) }, words);
}

/** One sentence with its names as buttons and the selected one marked. */
function sentence(text, mentions, marked) {
  const quote = el("blockquote", { class: "quote", dir: "auto" });
  let last = 0;
  for (let at = 0; at < (mentions || []).length; at += 3) {
    const [begin, end, node] = mentions.slice(at, at + 3);
    if (begin < last) continue;
    quote.append(text.slice(last, begin));
    const words = text.slice(begin, end);
    quote.append(marked.includes(node) ? el("mark", {}, words) : nameInText(node, words));
    last = end;
  }
  quote.append(text.slice(last));
  return quote;
}

function source(document_) {
  const { title, date, url, publisher } = story.documents;
  const link = safeUrl(url[document_]);
  const words = el("bdi", {}, title[document_] || "Untitled article");
  const named = link ? el("a", { href: link, target: "_blank", rel: "noopener noreferrer", referrerpolicy: "no-referrer" }, words) : words;
  return el("p", { class: "source" }, named, publisher[document_] && ` · ${publisher[document_]}`, date[document_] && ` · ${showDate(date[document_])}`);
}

function evidence(numbers, marked) {
  const one = (e) => [E.t[e] ? sentence(E.t[e], E.m[e], marked) : el("p", { class: "source" }, "The sentence is not kept in this graph."), source(E.d[e])];
  const box = el("div", {}, numbers.slice(0, 1).flatMap(one));
  if (numbers.length > 1) {
    const more = el("button", { type: "button", class: "more", onclick: () => more.replaceWith(...numbers.slice(1).flatMap(one)) }, `and ${plural(numbers.length - 1, "more sentence")}`);
    box.append(more);
  }
  return box;
}

function tags(fact) {
  const found = [], status = STATUSES[factStatus[fact]], { past, from, to } = extra(fact);
  if (!["Stated", "Claim"].includes(status)) found.push(tag(status));
  if (past) found.push(tag("past"));
  if (from || to) found.push(tag(from && to ? showInterval(from, to) : from ? `since ${showDate(from)}` : `until ${showDate(to)}`, "span"));
  if (F.c[fact] > 0 && F.c[fact] < 0.6) found.push(tag(`unsure: ${F.c[fact].toFixed(2)}`, "unsure"));
  return found;
}

/** "Ann Lee works for Reuters", the selected name left out of the beginning. */
function factLine(fact, centre) {
  const subject = F.s[fact] === centre ? null : nameButton(F.s[fact]);
  const object = isLiteral(fact) ? el("b", { dir: "auto", class: "name" }, literalText(fact)) : F.o[fact] === centre ? el("b", {}, label(centre)) : nameButton(F.o[fact]);
  const speaker = F.by[fact] >= 0 && F.by[fact] !== centre ? [nameButton(F.by[fact]), el("span", { class: "rel" }, " says: ")] : [];
  return el("p", { class: "claim" }, speaker, subject, el("span", { class: "rel" }, ` ${predicateLabel(fact)} `), isLiteral(fact) ? "" : el("span", { class: "rel", "aria-hidden": "true" }, "→ "), object, tags(fact));
}

const factEntry = (fact, centre, marked) => el("div", { class: "fact", "data-fact": fact }, factLine(fact, centre), evidence(F.ev[fact], marked));

/** A titled list that shows its first entries and a button for the rest. */
function section(title, entries, make, first = FIRST) {
  if (!entries.length) return null;
  const rest = entries.slice(first);
  const box = el("section", {}, el("h3", {}, title, el("span", { class: "count" }, String(entries.length))), entries.slice(0, first).map(make));
  if (rest.length) {
    const more = el("button", { type: "button", class: "more", onclick: () => more.replaceWith(...rest.map(make)) }, `Show ${rest.length} more`);
    box.append(more);
  }
  return box;
}

function showPanel() {
  const panel = $("panel");
  const { selected } = state;
  const parts = selected?.node !== undefined ? nodePanel(selected.node) : selected?.edge !== undefined ? edgePanel(selected.edge) : route || state.path ? pathPanel() : overview();
  panel.replaceChildren(...parts.flat().filter(Boolean));
  panel.scrollTop = 0;
}
const closeButton = () => el("button", { type: "button", class: "close", "aria-label": "Close", onclick: () => select(null) }, "×");
const typeLine = (node) => el("p", { class: "kind" }, icon(mainName(node), colorOf(node)), typeName(node), N.from[node] && ` · ${showInterval(N.from[node], N.to[node])}`, N.modality[node] && N.modality[node] !== "Asserted" ? tag(N.modality[node]) : "");

function nodePanel(node) {
  const facts = factsOf[node].filter((fact) => pass[fact]).sort((a, b) => F.c[b] - F.c[a] || a - b);
  const isRole = (fact) => story.predicates[F.p[fact]].role;
  const claims = facts.filter((fact) => F.by[fact] >= 0 && F.by[fact] !== node && !isRole(fact));
  const said = saidBy[node].filter((fact) => pass[fact]);
  const plain = facts.filter((fact) => F.by[fact] < 0 && !isRole(fact));
  const isEvent = mainName(node) === "Event";
  const events = isEvent ? [] : [...new Set(facts.filter(isRole).map((fact) => F.s[fact]))].sort((a, b) => (N.from[a] || "9").localeCompare(N.from[b] || "9") || a - b);
  return [
    closeButton(),
    typeLine(node),
    el("h2", { dir: "auto" }, label(node)),
    aliases(node).length ? el("p", { class: "also" }, "also: ", aliases(node).map((name, at) => [at ? ", " : "", el("bdi", {}, name)]).flat()) : null,
    (N.why[node] || []).length ? el("details", { class: "why" }, el("summary", {}, "Why these names are one"), el("ul", {}, N.why[node].map((reason) => el("li", {}, reason)))) : null,
    actions(node),
    isEvent && N.evidence[node] ? el("div", { class: "fact" }, evidence(N.evidence[node], [node])) : null,
    isEvent ? section("Who, what, where", facts.filter(isRole), (fact) => factEntry(fact, node, [F.o[fact]]), 12) : null,
    section("Facts", plain.filter((fact) => !isLiteral(fact)), (fact) => factEntry(fact, node, [node])),
    section("Figures and titles", plain.filter(isLiteral), (fact) => factEntry(fact, node, [node])),
    section("Events", events, (event) => eventEntry(event, node)),
    section(`What ${shorten(label(node), 24)} says`, said, (fact) => factEntry(fact, node, [node])),
    section("What others say", claims, (fact) => factEntry(fact, node, [node])),
    section("Quotations", quotesOf[node], (quote) => el("div", { class: "fact" }, sentence(story.quotes.t[quote], story.quotes.m[quote], [node]), source(story.quotes.d[quote]))),
    section("Articles", documentsAbout(node), source, 8),
  ];
}

function documentsAbout(node) {
  const numbers = [...factsOf[node], ...saidBy[node]].filter((fact) => pass[fact]).flatMap(documentsOf);
  return [...new Set([...numbers, ...quotesOf[node].map((quote) => story.quotes.d[quote])])].sort((a, b) => a - b);
}

function eventEntry(event, centre) {
  const roles = factsOf[event].filter((fact) => pass[fact] && F.s[fact] === event && story.predicates[F.p[fact]].role);
  const mine = roles.filter((fact) => F.o[fact] === centre).map(predicateLabel);
  const others = roles.filter((fact) => F.o[fact] !== centre && !isLiteral(fact));
  const sentences = N.evidence[event] || roles.flatMap((fact) => F.ev[fact]);
  return el(
    "div",
    { class: "fact" },
    el("p", { class: "claim" }, N.from[event] ? el("span", { class: "rel" }, `${showInterval(N.from[event], N.to[event])} · `) : "", nameButton(event), mine.length ? tag(`as ${mine.join(", ")}`, "role") : "", N.modality[event] && N.modality[event] !== "Asserted" ? tag(N.modality[event]) : ""),
    others.length ? el("p", { class: "rel" }, others.slice(0, 6).map((fact, at) => [at ? " · " : "", `${predicateLabel(fact)} `, nameButton(F.o[fact])]).flat()) : null,
    evidence([...new Set(sentences)], [centre]),
  );
}

function actions(node) {
  const hops = [1, 2, 3].map((count) => el("button", { type: "button", class: "plain", "data-hops": count, "aria-pressed": String(state.focus?.node === node && state.focus.hops === count), onclick: () => focusOn(node, count) }, String(count)));
  const waiting = waitingAround(node).length;
  return el(
    "div",
    { class: "acts" },
    "Neighbours up to",
    hops,
    el("button", { type: "button", class: "plain", onclick: () => startPath(node) }, "Path from here"),
    waiting ? el("button", { type: "button", class: "plain", id: "expand", onclick: () => expand(node) }, `Add ${plural(waiting, "neighbour")} not shown`) : null,
  );
}

const waitingAround = (node) => [...new Set(edgesOf[node].map((edge) => (network.edges[edge].from === node ? network.edges[edge].to : network.edges[edge].from)))].filter((other) => !shown.has(other));

function edgePanel(edge) {
  const { from, to } = network.edges[edge];
  const facts = edgeFacts[edge].filter((fact) => pass[fact]).sort((a, b) => F.c[b] - F.c[a] || a - b);
  const between = facts.filter((fact) => isAbout(fact, edge)), spoken = facts.filter((fact) => !isAbout(fact, edge));
  return [
    closeButton(),
    el("p", { class: "kind" }, plural(facts.length, "fact"), " between"),
    el("h2", { dir: "auto" }, label(from), " and ", label(to)),
    el("div", { class: "acts" }, nameButton(from), "·", nameButton(to)),
    section("Facts", between, (fact) => factEntry(fact, -1, [from, to]), 20),
    section("One speaks of the other", spoken, (fact) => factEntry(fact, -1, [from, to]), 20),
  ];
}

function pathPanel() {
  const [from, to] = state.path;
  const title = [closeButton(), el("p", { class: "kind" }, "Path"), el("h2", { dir: "auto" }, `${label(from)} to ${label(to)}`)];
  if (!route) return [...title, el("p", { class: "lead" }, "No line leads from one to the other with the present filters.")];
  const step = (edge, at) => {
    const facts = edgeFacts[edge].filter((fact) => pass[fact]).sort((a, b) => Number(isAbout(b, edge)) - Number(isAbout(a, edge)) || F.c[b] - F.c[a]);
    return el("li", {}, el("p", { class: "kind" }, `Step ${at + 1}`), facts.slice(0, 2).map((fact) => factEntry(fact, -1, [F.s[fact], F.o[fact]])), facts.length > 2 ? el("button", { type: "button", class: "more", onclick: () => select({ edge }) }, `all ${facts.length} facts`) : null);
  };
  return [...title, el("p", { class: "also" }, `${plural(route.edges.length, "step")}: ${route.nodes.map(label).join(" – ")}`), el("ol", { class: "steps" }, route.edges.map(step))];
}

/** What the graph is about, in the order a reader asks: who, what happened, who speaks, in which articles. */
function overview() {
  const names = byImportance.filter((node) => nodeOn[node] && mainName(node) !== "Event" && factsOf[node].some((fact) => pass[fact]));
  const happened = byImportance.filter((node) => nodeOn[node] && mainName(node) === "Event").slice(0, 40).sort((a, b) => (N.from[a] || "9999").localeCompare(N.from[b] || "9999") || N.pagerank[b] - N.pagerank[a]);
  const voices = byImportance.filter((node) => saidBy[node].length + quotesOf[node].length).sort((a, b) => saidBy[b].length + quotesOf[b].length - saidBy[a].length - quotesOf[a].length);
  return [
    el("p", { class: "kind" }, "Overview"),
    el("h2", {}, "What this is about"),
    el("p", { class: "lead" }, story.summary),
    section("Names at the centre", names.slice(0, 24), nameEntry, 8),
    section("What happened", happened, (event) => el("ul", { class: "tops" }, el("li", {}, el("span", { class: "when" }, showInterval(N.from[event], N.to[event]) || "no date"), el("div", {}, nameButton(event), N.modality[event] ? tag(N.modality[event]) : "", el("small", {}, participants(event))))), 7),
    section("Who speaks", voices.slice(0, 24), (node) => el("ul", { class: "tops" }, el("li", {}, icon(mainName(node), colorOf(node)), el("div", {}, nameButton(node), el("small", {}, [saidBy[node].length && plural(saidBy[node].length, "claim"), quotesOf[node].length && plural(quotesOf[node].length, "quotation")].filter(Boolean).join(", "))))), 6),
    section("Circles of names", story.communities, communityEntry, 6),
    section("Articles", story.documents.title.map((_, at) => at), source, 8),
  ];
}

function nameEntry(node) {
  const facts = factsOf[node].filter((fact) => pass[fact] && !story.predicates[F.p[fact]].role && factStatus[fact] === 0 && !extra(fact).past);
  const seen = new Set();
  const best = facts.sort((a, b) => Number(F.s[b] === node) - Number(F.s[a] === node) || F.ev[b].length - F.ev[a].length || F.c[b] - F.c[a]).filter((fact) => !seen.has(factText(fact)) && seen.add(factText(fact)));
  const words = best.slice(0, 2).map((fact) => (F.s[fact] === node ? `${predicateLabel(fact)} ${isLiteral(fact) ? literalText(fact) : label(F.o[fact])}` : `${label(F.s[fact])} ${predicateLabel(fact)} ${label(node)}`));
  return el("ul", { class: "tops" }, el("li", {}, icon(mainName(node), colorOf(node)), el("div", {}, nameButton(node), el("small", { dir: "auto" }, [typeName(node).toLowerCase(), ...words].join(" · ")))));
}
const participants = (event) => [...new Set(factsOf[event].filter((fact) => pass[fact] && F.s[fact] === event && !isLiteral(fact)).map((fact) => label(F.o[fact])))].slice(0, 4).join(", ");

function communityEntry({ names, size, number }) {
  const chip = svgEl("svg", { width: 12, height: 12, viewBox: "0 0 12 12", "aria-hidden": "true" });
  chip.append(svgEl("circle", { cx: 6, cy: 6, r: 5, fill: GROUPS[theme][number] || GROUPS.rest[theme] }));
  const show = () => {
    setView({ color: "community" });
    fitView(true, [...shown].filter((node) => N.community[node] === number));
  };
  return el("ul", { class: "tops" }, el("li", {}, chip, el("div", {}, el("button", { type: "button", class: "name", onclick: show }, names.map(label).join(", ")), el("small", {}, plural(size, "name")))));
}
