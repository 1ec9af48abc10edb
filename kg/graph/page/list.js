// The facts that are visible -> a table that sorts: for reading, for screen readers, for printing.

const ROWS = 200;
const COLUMNS = [
  { id: "subject", title: "Name", of: (fact) => label(F.s[fact]) },
  { id: "relation", title: "Relation", of: predicateLabel },
  { id: "object", title: "Name or value", of: (fact) => (isLiteral(fact) ? literalText(fact) : label(F.o[fact])) },
  { id: "status", title: "Status", of: (fact) => STATUSES[factStatus[fact]] },
  { id: "source", title: "Said by", of: (fact) => (F.by[fact] >= 0 ? label(F.by[fact]) : "") },
  { id: "confidence", title: "Confidence", of: (fact) => F.c[fact] },
  { id: "date", title: "Date", of: (fact) => happenedOn(fact) || publishedOn(fact) },
  { id: "article", title: "Article", of: (fact) => (documentOf(fact) < 0 ? "" : story.documents.title[documentOf(fact)] || "Untitled article") },
  { id: "sentence", title: "Sentence", of: (fact) => (F.ev[fact].length ? E.t[F.ev[fact][0]] : "") },
];
const order = { column: 0, down: false };
let rowsShown = ROWS;

function sortedFacts() {
  const { of } = COLUMNS[order.column];
  const keyed = visibleFacts().map((fact) => ({ fact, key: of(fact) }));
  const compare = (a, b) => (typeof a === "number" ? a - b : a < b ? -1 : a > b ? 1 : 0);
  const folded_ = keyed.map(({ fact, key }) => ({ fact, key: typeof key === "string" ? fold(key) : key }));
  folded_.sort((a, b) => Number(a.key === "") - Number(b.key === "") || (order.down ? -1 : 1) * compare(a.key, b.key) || a.fact - b.fact);
  return folded_.map(({ fact }) => fact);
}

function showList() {
  const facts = sortedFacts();
  const head = COLUMNS.map(({ title }, at) => {
    const sorted = order.column === at ? (order.down ? "descending" : "ascending") : "none";
    const sort = () => {
      Object.assign(order, { column: at, down: order.column === at && !order.down });
      showList();
      $("list").querySelectorAll("th button")[at].focus();
    };
    return el("th", { scope: "col", "aria-sort": sorted }, el("button", { type: "button", onclick: sort }, title));
  });
  const table = el("table", {}, el("caption", {}, `${plural(facts.length, "fact")} in the present view. Choose a heading to sort by it.`), el("thead", {}, el("tr", {}, head)), el("tbody", {}, facts.slice(0, rowsShown).map(row)));
  const more = facts.length > rowsShown ? el("button", { type: "button", class: "more", onclick: () => ((rowsShown += ROWS), showList()) }, `Show ${Math.min(ROWS, facts.length - rowsShown)} more of ${facts.length - rowsShown}`) : "";
  $("list").replaceChildren(table, more);
}

function row(fact) {
  return el(
    "tr",
    { "data-fact": fact },
    COLUMNS.map(({ id, of }) => {
      const value = of(fact);
      if (id === "subject") return el("td", {}, nameButton(F.s[fact]));
      if (id === "object" && !isLiteral(fact)) return el("td", {}, nameButton(F.o[fact]));
      if (id === "source" && F.by[fact] >= 0) return el("td", {}, nameButton(F.by[fact]));
      if (id === "confidence") return el("td", { class: "num" }, value ? value.toFixed(2) : "");
      if (id === "date") return el("td", { class: "num" }, showDate(value));
      if (id === "article") {
        const link = documentOf(fact) < 0 ? "" : safeUrl(story.documents.url[documentOf(fact)]);
        return el("td", {}, link ? el("a", { href: link, target: "_blank", rel: "noopener noreferrer", referrerpolicy: "no-referrer" }, value) : value);
      }
      return el("td", { dir: "auto", class: id === "sentence" ? "words" : null }, value);
    }),
  );
}
