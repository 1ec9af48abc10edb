"""One annotated article -> an HTML page that shows the text with its marks and the lines below it; all text escaped."""

__all__ = ["page"]

from collections.abc import Sequence
from html import escape

from kg.records import Argument, Event, Fact, Mention
from training.markup import Article

STYLE = """body{font:16px/1.9 Georgia,serif;max-width:52rem;margin:2rem auto;padding:0 1rem;color:#222}
mark{background:#e8eef7;border-bottom:2px solid #4a6fa5;padding:0 .1em}mark.nominal{border-bottom-style:dotted}
mark.pronoun{border-bottom:1px dotted #999;background:none}mark sub{font:10px sans-serif;color:#555}
.Person{background:#fde9d9}.Place{background:#e3f1e1}.Group{background:#f3e6f5}
.boilerplate{color:#999}table{border-collapse:collapse;font:14px sans-serif;margin:1rem 0}
td,th{border:1px solid #ccc;padding:.2em .5em;text-align:left;vertical-align:top}"""


def page(article: Article) -> str:
    """The whole page, without any script and without anything from the network."""
    document = article.reading.document
    title = escape(document.title or article.id)
    facts = [f"{article.id} · {article.genre} · {article.matter} · {article.split}", document.publisher, document.date]
    tables = _entities(article) + _facts(article) + _events(article) + _quotations(article)
    return (
        f'<!doctype html>\n<html lang="en"><meta charset="utf-8"><title>{title}</title><style>{STYLE}</style>\n'
        f"<h1>{title}</h1><p>{escape(' · '.join(f for f in facts if f))}</p>\n{_text(article)}\n{tables}</html>"
    )


def _text(article: Article) -> str:
    """The text with a <mark> for each mention; marks nest since mentions do."""
    document = article.reading.document
    opens: dict[int, list[str]] = {}
    closes: dict[int, list[str]] = {}
    for span in document.boilerplate:
        opens.setdefault(span.begin, []).append(f'<span class="boilerplate" title="{escape(span.kind)}">')
        closes.setdefault(span.end, []).insert(0, "</span>")
    for mention in article.reading.mentions:
        opens.setdefault(mention.begin, []).append(_open(mention))
        closes.setdefault(mention.end, []).insert(0, f"<sub>{escape(mention.entity)}</sub></mark>")
    parts = []
    for index in range(len(document.text) + 1):
        parts += closes.get(index, []) + opens.get(index, [])
        parts.append(escape(document.text[index : index + 1]))
    return "<p>" + "".join(parts).replace("\n\n", "</p>\n<p>") + "</p>"


def _open(mention: Mention) -> str:
    return (
        f'<mark class="{mention.kind} {escape(mention.type)}" title="{escape(mention.type)} {escape(mention.entity)}">'
    )


def _table(title: str, heads: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    if not rows:
        return ""
    head = "".join(f"<th>{escape(h)}</th>" for h in heads)
    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>\n" for row in rows)
    return f"<h2>{escape(title)}</h2><table><tr>{head}</tr>\n{body}</table>\n"


def _entities(article: Article) -> str:
    rows = [(e.id, e.type, e.name, ", ".join(e.aliases)) for e in article.reading.entities]
    return _table("Entities", ("key", "class", "name", "other names"), rows)


def _facts(article: Article) -> str:
    rows = [_fact_row(article, fact) for fact in article.reading.facts]
    return _table("Relations", ("subject", "predicate", "object", "status", "stated by", "sentence"), rows)


def _fact_row(article: Article, fact: Fact) -> tuple[str, ...]:
    spans = [fact.valid_from or "", fact.valid_to or ""]
    status = " ".join([fact.modality, "past" if fact.past else "", "..".join(spans) if any(spans) else ""])
    evidence = article.reading.document.text[fact.evidence.begin : fact.evidence.end]
    return fact.subject.text, fact.predicate, fact.object.text, status.strip(), _name(fact.stated_by), evidence


def _events(article: Article) -> str:
    heads = ("id", "class", "trigger", "roles", "time", "place", "status", "stated by")
    return _table("Events", heads, [_event_row(article, event) for event in article.reading.events])


def _event_row(article: Article, event: Event) -> tuple[str, ...]:
    roles = "; ".join(f"{role.role}: {role.text}" for role in event.roles)
    time = f"{event.date_from or ''}..{event.date_to or ''} {event.precision or ''}" if event.precision else ""
    trigger = article.reading.document.text[event.begin : event.end]
    return event.id, event.type, trigger, roles, time, _name(event.place), event.modality, _name(event.stated_by)


def _quotations(article: Article) -> str:
    text = article.reading.document.text
    rows = [
        (_name(q.speaker) or "none", q.cue or "", q.form, text[q.content.begin : q.content.end])
        for q in article.reading.quotations
    ]
    return _table("Quotations", ("speaker", "cue", "form", "content"), rows)


def _name(argument: Argument | None) -> str:
    return argument.text if argument else ""
