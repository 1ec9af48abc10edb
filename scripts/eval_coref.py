"""OntoGUM documents -> MUC, B3, CEAF-e and their mean of our coreference, beside a head-match baseline.

    python scripts/eval_coref.py GUM_FOLDER --split test
    python scripts/eval_coref.py GUM_FOLDER --split dev --genre news --errors 10

Mentions, tags and trees are predicted; words and sentences are the corpus's own. A mention counts with its whole noun phrase,
as OntoNotes does: from its first modifier to its last complement, without a preposition before it and a mark after it.
GUM_FOLDER holds {train,dev,test}/*.conllu and ontogum/{train,dev,test}/*.conll.
"""

import argparse
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from spacy.language import Language
from spacy.tokens import Doc, Token

from kg.nlp.coref import resolve_mentions
from kg.nlp.mentions import find_mentions
from kg.nlp.names import NameList, load_names
from kg.nlp.pipeline import load_pipeline
from kg.records import Document, Mention, Quotation

Chain = frozenset[tuple[int, int]]
#: What belongs to a noun phrase; a noun that is a predicate has its clause beside these.
INSIDE = frozenset(
    "det det:predet amod nummod compound flat fixed goeswith nmod nmod:poss nmod:desc nmod:unmarked acl acl:relcl appos".split()
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gum", type=Path)
    parser.add_argument("--split", default="test", choices=["train", "dev", "test"])
    parser.add_argument("--genre", default="", help="only documents of this genre")
    parser.add_argument("--empty-names", action="store_true", help="without names.toml")
    parser.add_argument("--errors", type=int, default=0, help="show so many wrong links of each document")
    args = parser.parse_args()
    nlp = load_pipeline()
    names = NameList() if args.empty_names else load_names()
    rows = evaluate(args.gum, args.split, nlp, names, genre=args.genre, errors=args.errors)
    print(table(rows))


def evaluate(
    gum: Path, split: str, nlp: Language, names: NameList, *, genre: str = "", errors: int = 0
) -> dict[str, dict[str, list[tuple[list[Chain], list[Chain]]]]]:
    """System -> genre -> (gold chains, found chains) of every document."""
    rows: dict[str, dict[str, list[tuple[list[Chain], list[Chain]]]]] = {
        "sieve": defaultdict(list),
        "head match": defaultdict(list),
    }
    for path in sorted((gum / "ontogum" / split).glob(f"GUM_{genre}*.conll")):
        kind = path.stem.split("_")[1]
        gold = read_chains(path)
        doc = read_doc(gum / split / f"{path.stem}.conllu", nlp)
        found = sieve_chains(doc, names, read_turns(gum / split / f"{path.stem}.conllu", doc))
        rows["sieve"][kind].append((gold, found))
        rows["head match"][kind].append((gold, head_match(doc)))
        if errors:
            show_errors(doc, gold, found, errors)
    return rows


def read_doc(path: Path, nlp: Language) -> Doc:
    """The words and sentences of a CoNLL-U file, parsed by our pipeline."""
    words: list[str] = []
    spaces: list[bool] = []
    starts: list[bool | int | None] = []
    new_sentence = True
    inside_until, inside_space = 0, True
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line:
            new_sentence = True
            continue
        if line.startswith("#"):
            continue
        columns = line.split("\t")
        if "-" in columns[0]:
            inside_until, inside_space = int(columns[0].split("-")[1]), "SpaceAfter=No" not in columns[9]
            continue
        if "." in columns[0]:
            continue
        number = int(columns[0])
        space = "SpaceAfter=No" not in columns[9]
        if number < inside_until:
            space = False
        elif number == inside_until:
            space, inside_until = inside_space, 0
        words.append(columns[1])
        spaces.append(space)
        starts.append(new_sentence)
        new_sentence = False
    return nlp(Doc(nlp.vocab, words=words, spaces=spaces, sent_starts=starts))


def read_chains(path: Path) -> list[Chain]:
    """The gold chains of an OntoGUM file as token spans (first, last)."""
    chains: dict[str, set[tuple[int, int]]] = defaultdict(set)
    opened: dict[str, list[int]] = defaultdict(list)
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("#") or not line.strip():
            continue
        number, _, marks = line.split("\t")[:3]
        for mark in re.findall(r"\(\d+\)|\(\d+|\d+\)", marks):
            chain = mark.strip("()")
            if mark.startswith("("):
                opened[chain].append(int(number))
            if mark.endswith(")"):
                chains[chain].add((opened[chain].pop(), int(number)))
    return [frozenset(spans) for _, spans in sorted(chains.items()) if len(spans) > 1]


def read_turns(path: Path, doc: Doc) -> list[tuple[int, int, str]]:
    """Who speaks each sentence, where the corpus has it on record (as OntoNotes gives it to every system)."""
    speakers = []
    for block in path.read_text(encoding="utf-8").split("\n\n"):
        if re.search(r"^1\t|^1-", block, re.MULTILINE):
            said = re.search(r"^# speaker = (.+)$", block, re.MULTILINE)
            speakers.append(said.group(1) if said else "")
    sentences = list(doc.sents)
    if len(speakers) != len(sentences):
        return []
    return [(s.start_char, s.end_char, speaker) for s, speaker in zip(sentences, speakers, strict=True) if speaker]


def sieve_chains(doc: Doc, names: NameList, turns: Sequence[tuple[int, int, str]] = ()) -> list[Chain]:
    document = Document("doc-eval", doc.text)
    mentions = find_mentions(doc, document, names)
    quotations = _quotations(doc, mentions)
    chains = resolve_mentions(doc, document, mentions, quotations, names, turns=turns, min_probability=0.0)
    found: list[Chain] = []
    taken: set[tuple[int, int]] = set()
    for nodes in chains.all():
        spans = set()
        for node in nodes:
            if node.mention.text.lower() in ("who", "whom", "whose"):
                continue
            span = noun_phrase(
                doc,
                node.begin,
                node.end,
                node.head,
                is_name=node.mention.kind == "name",
                is_pronoun=node.mention.kind == "pronoun",
            )
            if span not in taken:
                spans.add(span)
        # a description inside the phrase of its own name is part of that one mention
        spans = {s for s in spans if not any(o != s and o[0] <= s[0] and s[1] <= o[1] for o in spans)}
        if len(spans) > 1:
            taken |= spans
            found.append(frozenset(spans))
    return found


def _quotations(doc: Doc, mentions: Sequence[Mention]) -> Sequence[Quotation]:
    try:
        from kg.nlp.quotes import find_quotations
    except ImportError:
        return []
    return find_quotations(doc, mentions)


def noun_phrase(doc: Doc, begin: int, end: int, head: Token, *, is_name: bool, is_pronoun: bool) -> tuple[int, int]:
    """The whole phrase of a mention; a pronoun, or a name that only modifies, is its own phrase."""
    if is_pronoun or head.dep_ in ("compound", "flat") or (is_name and head.dep_ == "amod"):
        return begin, end - 1
    left, right = begin, end - 1
    for child in head.children:
        if child.dep_ == "case" and child.tag_ == "POS":
            right = max(right, child.i)
        if child.dep_ not in INSIDE and not (child.dep_ == "advmod" and child.i < head.i):
            continue
        left, right = min(left, child.left_edge.i), max(right, child.right_edge.i)
    while right > end - 1 and doc[right].is_punct and not (doc[right].text == ")" and "(" in doc[left:right].text):
        right -= 1
    while left < begin and (doc[left].is_punct or doc[left].dep_ in ("case", "cc")):
        left += 1
    return left, right


def head_match(doc: Doc) -> list[Chain]:
    """The baseline: noun phrases with the same last word are one; pronouns are left alone."""
    groups: dict[str, set[tuple[int, int]]] = defaultdict(set)
    for token in doc:
        if token.pos_ in ("NOUN", "PROPN") and token.dep_ not in ("compound", "flat", "goeswith", "fixed"):
            last = token.i
            while last + 1 < len(doc) and doc[last + 1].dep_ == "flat" and doc[last + 1].head.i == token.i:
                last += 1
            span = noun_phrase(doc, token.i, last + 1, token, is_name=False, is_pronoun=False)
            groups[doc[last].lower_].add(span)
    return [frozenset(spans) for _, spans in sorted(groups.items()) if len(spans) > 1]


def show_errors(doc: Doc, gold: Sequence[Chain], found: Sequence[Chain], count: int) -> None:
    chain_of = {span: number for number, chain in enumerate(gold) for span in chain}
    print(f"--- {doc[:12].text}")
    shown = 0
    for chain in found:
        ids = Counter(chain_of.get(span) for span in chain)
        if len(ids) > 1 and shown < count:
            print("   ", [(doc[a : b + 1].text, chain_of.get((a, b))) for a, b in sorted(chain)][:10])
            shown += 1
    ours = {span for chain in found for span in chain}
    missed = [span for chain in gold for span in chain if span not in ours]
    print("    missed:", [doc[a : b + 1].text[:60] for a, b in sorted(missed)][: 2 * count])


# ---------------------------------------------------------------- metrics
def muc(gold: Sequence[Chain], found: Sequence[Chain]) -> tuple[float, float]:
    """Links of gold that found keeps, and how many there are."""
    chain_of = {span: number for number, chain in enumerate(found) for span in chain}
    kept = total = 0
    for chain in gold:
        parts = {chain_of[span] for span in chain if span in chain_of}
        alone = sum(span not in chain_of for span in chain)
        kept += len(chain) - len(parts) - alone
        total += len(chain) - 1
    return kept, total


def b_cubed(gold: Sequence[Chain], found: Sequence[Chain]) -> tuple[float, float]:
    chain_of = {span: chain for chain in found for span in chain}
    kept = sum(len(chain & chain_of[span]) / len(chain) for chain in gold for span in chain if span in chain_of)
    return kept, sum(len(chain) for chain in gold)


def ceaf_e(gold: Sequence[Chain], found: Sequence[Chain]) -> tuple[float, float, float]:
    """(similarity of the best pairing, number of gold chains, number of found chains)."""
    if not gold or not found:
        return 0.0, len(gold), len(found)
    similarity = np.zeros((len(gold), len(found)))
    where: dict[tuple[int, int], int] = {span: j for j, chain in enumerate(found) for span in chain}
    for i, chain in enumerate(gold):
        for j in {where[span] for span in chain if span in where}:
            similarity[i, j] = 2 * len(chain & found[j]) / (len(chain) + len(found[j]))
    return best_pairing(similarity), len(gold), len(found)


def best_pairing(similarity: np.ndarray) -> float:
    """Sum of the best one-to-one pairing (Hungarian method with potentials, O(n^3))."""
    cost = -similarity if similarity.shape[0] <= similarity.shape[1] else -similarity.T
    rows, columns = cost.shape
    u, v = np.zeros(rows + 1), np.zeros(columns + 1)
    match = np.zeros(columns + 1, dtype=int)
    for row in range(1, rows + 1):
        match[0], column = row, 0
        slack = np.full(columns + 1, np.inf)
        way = np.zeros(columns + 1, dtype=int)
        used = np.zeros(columns + 1, dtype=bool)
        while True:
            used[column] = True
            current = match[column]
            reduced = cost[current - 1] - u[current] - v[1:]
            better = ~used[1:] & (reduced < slack[1:])
            slack[1:][better] = reduced[better]
            way[1:][better] = column
            free = np.where(used[1:], np.inf, slack[1:])
            following = int(np.argmin(free)) + 1
            delta = free[following - 1]
            u[match[used]] += delta
            v[used] -= delta
            slack[~used] -= delta
            column = following
            if match[column] == 0:
                break
        while column:
            match[column] = match[way[column]]
            column = way[column]
    return float(-sum(cost[match[j] - 1, j - 1] for j in range(1, columns + 1) if match[j]))


def scores(pairs: Iterable[tuple[list[Chain], list[Chain]]]) -> dict[str, tuple[float, float, float]]:
    """Measure -> (precision, recall, F1) over all documents, in per cent."""
    sums: dict[str, list[float]] = {"MUC": [0] * 4, "B3": [0] * 4, "CEAFe": [0] * 4}
    for gold, found in pairs:
        for name, measure in (("MUC", muc), ("B3", b_cubed)):
            for at, value in enumerate((*measure(gold, found), *measure(found, gold))):
                sums[name][at] += value
        paired, golds, founds = ceaf_e(gold, found)
        for at, value in enumerate((paired, golds, paired, founds)):
            sums["CEAFe"][at] += value
    result = {}
    for name, (kept, total, kept_found, total_found) in sums.items():
        recall, precision = kept / total if total else 0.0, kept_found / total_found if total_found else 0.0
        f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
        result[name] = (100 * precision, 100 * recall, 100 * f1)
    result["mean"] = (0.0, 0.0, sum(result[name][2] for name in sums) / 3)
    return result


def table(rows: dict[str, dict[str, list[tuple[list[Chain], list[Chain]]]]]) -> str:
    lines = [
        "| system | genre | docs | MUC P/R/F1 | B3 P/R/F1 | CEAFe P/R/F1 | mean F1 |",
        "|---|---|---|---|---|---|---|",
    ]
    for system, genres in rows.items():
        everything = [pair for _, pairs in sorted(genres.items()) for pair in pairs]
        for genre, pairs in [("all", everything), *sorted(genres.items())]:
            got = scores(pairs)
            cells = " | ".join("/".join(f"{value:.1f}" for value in got[name]) for name in ("MUC", "B3", "CEAFe"))
            lines.append(f"| {system} | {genre} | {len(pairs)} | {cells} | {got['mean'][2]:.1f} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
