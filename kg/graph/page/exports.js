// What is shown -> a PNG, an SVG or a CSV file, made in the page and handed to the browser as a download.

function save(name, content, type) {
  const url = URL.createObjectURL(content instanceof Blob ? content : new Blob([content], { type }));
  const link = el("a", { href: url, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 10000);
}

function savePng() {
  const drawn = $("canvas").querySelector("canvas"), copy = el("canvas", { width: drawn.width, height: drawn.height }), ctx = copy.getContext("2d");
  ctx.fillStyle = look().paper;
  ctx.fillRect(0, 0, copy.width, copy.height);
  ctx.drawImage(drawn, 0, 0);
  copy.toBlob((blob) => save("graph.png", blob), "image/png");
}

const XML = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;" };
/** XML text: marked characters escaped, characters that XML forbids left out. */
const xml = (text) => String(text).replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, "").replace(/[&<>"']/g, (letter) => XML[letter]);

function svgText() {
  const box = $("canvas"), scale = net.getScale(), { paper, ink } = look(), out = [];
  const at = (node) => net.canvasToDOM(bodyOf(node));
  const digits = (value) => Math.round(value * 10) / 10;
  out.push(`<svg xmlns="http://www.w3.org/2000/svg" width="${box.clientWidth}" height="${box.clientHeight}" viewBox="0 0 ${box.clientWidth} ${box.clientHeight}" font-family="system-ui, sans-serif">`);
  out.push(`<title>${xml(document.title)}</title><rect width="100%" height="100%" fill="${paper}"/>`);
  for (const { color, opacity, dashes, width, lines } of lineBatches) {
    const dashed = dashes.length ? ` stroke-dasharray="${dashes.map((dash) => digits(dash * scale)).join(" ")}"` : "";
    out.push(`<g stroke="${color}" stroke-opacity="${opacity.toFixed(2)}" stroke-width="${digits(Math.max(0.45, width * scale))}"${dashed}>`);
    for (const { from, to } of lines) {
      const a = at(from), b = at(to), facts = edgeFacts[lineBetween(from, to)].filter((fact) => pass[fact]);
      out.push(`<line x1="${digits(a.x)}" y1="${digits(a.y)}" x2="${digits(b.x)}" y2="${digits(b.y)}"><title>${xml(facts.map(factText).join("\n"))}</title></line>`);
    }
    out.push("</g>");
  }
  for (const node of [...byImportance].reverse()) {
    if (!nodeOn[node] || !bodyOf(node)) continue;
    const { x, y } = at(node), { shape } = typeOf(mainName(node)), r = digits(Math.max(radius(node) * scale, 2.4)), fill = colorOf(node), ring = shape === "ring";
    out.push(`<path d="${pathData(shape, digits(x), digits(y), ring ? digits(r * 0.8) : r)}" fill="${ring ? paper : fill}" stroke="${ring ? fill : paper}" stroke-width="${ring ? digits(r * 0.42) : 1}"><title>${xml(`${label(node)} (${typeName(node)})`)}</title></path>`);
  }
  for (const { text, font, x, y } of drawnLabels) {
    const [, weight, size] = /^(\d+) (\d+)px/.exec(font);
    out.push(`<text x="${digits(x)}" y="${digits(y)}" font-size="${size}" font-weight="${weight}" fill="${ink}" stroke="${paper}" stroke-width="3" paint-order="stroke" text-anchor="middle" dominant-baseline="central">${xml(text)}</text>`);
  }
  return [...out, "</svg>", ""].join("\n");
}

/** One cell: quoted, and never a formula when a spreadsheet opens it. */
function cell(value) {
  const text = String(value ?? "");
  return `"${(/^[=+\-@\t\r]/.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;
}

function csvText() {
  const head = ["subject", "relation", "object", "status", "said by", "confidence", "valid from", "valid to", "event date", "published", "article", "url", "sentence", "subject IRI", "object IRI", "other sentences"];
  const rows = visibleFacts().map((fact) => {
    const object = F.o[fact], document_ = documentOf(fact), { from, to } = extra(fact);
    const published = document_ < 0 ? ["", "", ""] : [story.documents.date[document_], story.documents.title[document_], story.documents.url[document_]];
    const iri = (node) => N.iri[node] || story.base + N.slug[node];
    return [label(F.s[fact]), predicateLabel(fact), isLiteral(fact) ? object : label(object), STATUSES[factStatus[fact]], F.by[fact] >= 0 ? label(F.by[fact]) : "", F.c[fact] || "", from, to, N.from[F.s[fact]], ...published, F.ev[fact].length ? E.t[F.ev[fact][0]] : "", iri(F.s[fact]), isLiteral(fact) ? "" : iri(object), F.ev[fact].slice(1).map((e) => E.t[e]).join(" | ")];
  });
  return "\ufeff" + [head, ...rows].map((row_) => row_.map(cell).join(",")).join("\r\n") + "\r\n";
}
