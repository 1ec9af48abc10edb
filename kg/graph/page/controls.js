// The filter column: legend, statuses, relations and articles with their counts, and pickers for names.

const count = (values) => values.reduce((sum, value) => sum.set(value, (sum.get(value) || 0) + 1), new Map());

/** A row with a box, a mark, words and a count; with Alt or a double click only this row stays on. */
function checkRow({ value, set, words, mark, total, siblings }) {
  const box = el("input", { type: "checkbox", "data-value": value });
  box.checked = !set.has(value);
  const row_ = el("label", { class: `check${box.checked ? "" : " off"}`, title: "Alt-click: only this one" }, box, mark, el("span", { dir: "auto" }, words), el("span", { class: "count" }, total.toLocaleString("en")));
  row_.addEventListener("click", (event) => {
    if (!event.altKey) return;
    event.preventDefault();
    const alone = siblings.every((other) => set.has(other) === (other !== value));
    siblings.forEach((other) => (alone || other === value ? set.delete(other) : set.add(other)));
    refresh();
  });
  box.addEventListener("change", () => {
    box.checked ? set.delete(value) : set.add(value);
    refresh();
  });
  return row_;
}

function startControls() {
  for (const id of ["color", "size"]) $(id).addEventListener("change", () => setView({ [id]: $(id).value }));
  $("confidence").addEventListener("input", () => setView({ confidence: Number($("confidence").value) }));
  $("loose").addEventListener("change", () => setView({ loose: $("loose").checked }, { fit: true }));
  $("documents-find").addEventListener("input", showDocuments);
  const all = (set, values) => () => (set.clear(), values && values().forEach((value) => set.add(value)), refresh());
  $("relations-all").onclick = all(state.off.predicates);
  $("relations-none").onclick = all(state.off.predicates, () => story.predicates.map((_, at) => at));
  $("documents-all").onclick = all(state.off.documents);
  $("documents-none").onclick = all(state.off.documents, () => story.documents.title.map((_, at) => at));
  $("reset").addEventListener("click", resetView);
}

function showControls() {
  const types = count([...shown].map((node) => N.main[node]));
  const mains = [...types.keys()].sort((a, b) => a - b);
  $("legend").replaceChildren(...mains.map((main) => checkRow({ value: main, set: state.off.types, words: typeOf(story.mains[main]).many, mark: icon(story.mains[main], state.color === "community" ? GROUPS.rest[theme] : undefined), total: types.get(main), siblings: mains })));
  const statuses = count(factStatus), order_ = [...statuses.keys()].sort((a, b) => a - b);
  $("statuses").replaceChildren(...order_.map((status) => checkRow({ value: status, set: state.off.statuses, words: STATUS_WORDS[STATUSES[status]], mark: strokeIcon(STATUSES[status]), total: statuses.get(status), siblings: order_ })));
  const relations = count(F.p), sorted = [...relations.keys()].sort((a, b) => relations.get(b) - relations.get(a) || a - b);
  $("relations").replaceChildren(...sorted.map((predicate) => checkRow({ value: predicate, set: state.off.predicates, words: story.predicates[predicate].label, total: relations.get(predicate), siblings: sorted })));
  showDocuments();
  const loose = [...shown].filter((node) => !edgesOf[node].length).length;
  $("loose-row").hidden = !loose;
  $("loose-count").textContent = loose.toLocaleString("en");
  $("loose").checked = state.loose;
  $("color").value = state.color;
  $("size").value = state.size;
  $("confidence").value = state.confidence;
  $("confidence-value").textContent = state.confidence ? `≥ ${state.confidence.toFixed(2)}` : "any";
}

function showDocuments() {
  const { title, date } = story.documents, totals = count(E.d), wanted = fold($("documents-find").value.trim());
  const all = title.map((_, at) => at), found = all.filter((at) => !wanted || fold(title[at]).includes(wanted));
  const rows = found.slice(0, 100).map((at) => checkRow({ value: at, set: state.off.documents, words: title[at] || "Untitled article", total: totals.get(at) || 0, siblings: all }));
  rows.forEach((row_, at) => row_.querySelector("span").append(el("small", {}, showDate(date[found[at]]))));
  $("documents").replaceChildren(...rows, found.length > 100 ? el("p", { class: "count" }, `and ${found.length - 100} more: search for them`) : "");
  $("documents-find").hidden = title.length < 8;
}

/** A text field that suggests names: arrows, Enter, Escape; `choose` is called with the name's number. */
function picker(box, words, choose) {
  const list = el("ul", { role: "listbox", id: `${box.id}-list`, hidden: true, "aria-label": words });
  const field = el("input", { type: "search", role: "combobox", autocomplete: "off", spellcheck: "false", placeholder: words, "aria-label": words, "aria-expanded": "false", "aria-controls": list.id, "aria-autocomplete": "list" });
  let found = [], active = 0;
  const close = () => {
    list.hidden = true;
    field.setAttribute("aria-expanded", "false");
    field.removeAttribute("aria-activedescendant");
  };
  const take = (at) => {
    if (!found[at]) return;
    field.value = label(found[at].node);
    close();
    choose(found[at].node);
  };
  const mark = (at) => {
    active = at;
    [...list.children].forEach((item, position) => item.setAttribute("aria-selected", String(position === at)));
    list.children[at]?.scrollIntoView({ block: "nearest" });
    field.setAttribute("aria-activedescendant", list.children[at]?.id || "");
  };
  const suggest = () => {
    found = findNames(field.value);
    list.replaceChildren(...found.map(({ node, through }, at) => el("li", { role: "option", id: `${box.id}-${at}`, onpointerdown: (event) => (event.preventDefault(), take(at)) }, icon(mainName(node)), el("span", { dir: "auto" }, label(node)), el("small", {}, through ? `“${shorten(through, 24)}”` : typeName(node)))));
    if (!found.length && field.value.trim()) list.append(el("li", { "aria-disabled": "true" }, el("small", {}, "no such name")));
    list.hidden = !list.children.length;
    field.setAttribute("aria-expanded", String(!list.hidden));
    if (found.length) mark(0);
  };
  field.addEventListener("input", suggest);
  field.addEventListener("focus", () => field.value && suggest());
  field.addEventListener("blur", close);
  field.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" && found.length) mark((active + 1) % found.length);
    else if (event.key === "ArrowUp" && found.length) mark((active + found.length - 1) % found.length);
    else if (event.key === "Enter") take(active);
    else if (event.key === "Escape") field.value ? ((field.value = ""), close()) : field.blur();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  box.append(field, list);
  return field;
}
