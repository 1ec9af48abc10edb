"""Text2KGBench DBpedia-WebNLG test -> F1 of our facts, by its published rule and unfiltered.

Our predicates are mapped onto the relations of the ontology that goes with the sentence. Nothing was trained on the set, and
the mapping was written from the names of the relations. About half of its relations (recipes, runways, orbits, films)
are matters Dateline has no predicate for.
"""

__all__ = ["MEASURES", "Scored", "key", "score_sentence", "text2kg"]

import json
import tarfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from kg.records import Argument, Document, Entity, Fact, Literal, document_id
from tests.gates.base import Counts, Figure, archive

THEME = "Facts"
OTHERS = "Vicuna-13B .30, Alpaca-LoRA-13B .25, both prompted with the ontology and an example"
#: Our predicate -> their relations; "~" swaps the ends, "X:" asks for an object of our class X.
RELATIONS = {
    "birthDate": "birthDate birthYear",
    "deathDate": "deathDate deathYear",
    "bornIn": "birthPlace",
    "diedIn": "deathPlace",
    "residesIn": "residence",
    "nationality": "nationality citizenship",
    "fromPlace": "hometown origin",
    "spouse": "spouse ~spouse",
    "parentOf": "child ~parent ~parents",
    "studiedAt": "almaMater education",
    "worksFor": "employer",
    "memberOf": "PoliticalParty:party SportsTeam:club affiliation",
    "affiliatedWith": "affiliation",
    "leads": "~leader ~manager ~keyPerson ~president ~chairman ~dean ~director",
    "founded": "~founder ~foundedBy ~creator",
    "foundedOn": "foundingDate established foundingYear",
    "headquartersIn": "headquarter headquarters location City:city Country:country",
    "locatedIn": "Country:country isPartOf location City:city Region:state Region:region",
    "countryOfOrigin": "Country:country",
    "partOf": "isPartOf",
    "owns": "~owner",
    "subsidiaryOf": "parentCompany ~subsidiary owner",
    "operates": "~operator ~operatingOrganisation",
    "produced": "~manufacturer ~producer ~builder product",
    "authored": "~author ~writer ~creator ~artist ~architect",
    "published": "~publisher",
    "performedIn": "~starring",
    "competitorOf": "competitor",
    "succeeded": "predecessor ~successor",
    "discovered": "~discoverer",
    "won": "award",
    "awarded": "award",
    "jobTitle": "occupation profession office",
    "revenue": "revenue netIncome",
    "memberCount": "numberOfEmployees numberOfMembers",
}
Triple = tuple[str, str, str]
#: Precision, recall and F1 of one sentence by the published rule.
Scored = tuple[float, float, float]


def text2kg(shared: Path) -> Iterator[Figure]:
    """Mean over the sentences of an ontology, then over the 19 ontologies; and micro F1 without the filter."""
    from kg.nlp.pipeline import load_pipeline, read

    nlp, micro = load_pipeline(), Counts()
    scored: dict[str, list[Scored]] = defaultdict(list)
    for name, relations, sentences in _ontologies(archive(shared, "benchmarks/text2kgbench-dbpedia-webnlg")):
        for sentence in sentences:
            document = Document(document_id(sentence["sent"]), sentence["sent"])
            reading = read(nlp, document)
            found = {key(*triple) for triple in mapped(reading.facts, reading.entities, relations)}
            gold = {key(t["sub"], t["rel"], t["obj"]) for t in sentence["triples"]}
            scored[name].append(score_sentence(found, gold))
            micro.add(len(found & gold), len(found), len(gold))
    means = [[sum(one[i] for one in rows) / len(rows) for i in range(3)] for rows in scored.values()]
    precision, recall, f1 = (sum(mean[i] for mean in means) / len(means) for i in range(3))
    where = "Text2KGBench DBpedia-WebNLG test"
    about = "Only predictions whose relation occurs in the sentence's gold count; no training, no prompt."
    yield Figure(f"F1 by the published rule, {where}", f1, THEME, about, OTHERS)
    yield Figure(
        f"precision by the published rule, {where}", precision, THEME, "As above.", "Vicuna .34, Alpaca-LoRA .32"
    )
    yield Figure(f"recall by the published rule, {where}", recall, THEME, "As above.", "Vicuna .27, Alpaca-LoRA .23")
    yield Figure(f"unfiltered micro F1, {where}", micro.f1, THEME, "Every mapped prediction counts.")


def key(subject: str, relation: str, target: str) -> Triple:
    """The parts without blanks and underscores, in lower case; apart, so that no two triples run into one."""
    subject, relation, target = (part.replace(" ", "").replace("_", "").lower() for part in (subject, relation, target))
    return subject, relation, target


def score_sentence(found: set[Triple], gold: set[Triple]) -> Scored:
    """The published rule: predictions with a relation that the gold lacks are not counted."""
    relations = {relation for _, relation, _ in gold}
    kept = {triple for triple in found if triple[1] in relations}
    right = len(kept & gold)
    if not right:
        return 0.0, 0.0, 0.0
    precision, recall = right / len(kept), right / len(gold)
    return precision, recall, 2 * precision * recall / (precision + recall)


def mapped(facts: Sequence[Fact], entities: Sequence[Entity], relations: set[str]) -> Iterator[Triple]:
    """The facts as triples of one ontology's relations; what is denied, planned or supposed is left out."""
    from kg.ontology import ontology

    by_id = {entity.id: entity for entity in entities}
    for fact in facts:
        if fact.modality not in ("Asserted", "Reported"):
            continue
        for wanted in RELATIONS.get(fact.predicate, "").split():
            class_name, _, relation = wanted.rpartition(":")
            swapped, relation = relation.startswith("~"), relation.lstrip("~")
            target = by_id.get(fact.object.entity) if isinstance(fact.object, Argument) else None
            if relation not in relations:
                continue
            if class_name and not (target and ontology().is_a(target.type, class_name)):
                continue
            ends = [_named(end, by_id) for end in (fact.subject, fact.object)]
            first, second = ends[::-1] if swapped else ends
            yield first, relation, second


def _named(end: Argument | Literal, by_id: dict[str, Entity]) -> str:
    if isinstance(end, Literal):
        return end.value
    return by_id[end.entity].name if end.entity in by_id else end.text


def _ontologies(path: Path) -> Iterator[tuple[str, set[str], list[dict[str, Any]]]]:
    """Each ontology's name, its relations and its sentences with gold."""
    with tarfile.open(path) as tar:
        texts = {}
        for one in tar.getmembers():
            handle = tar.extractfile(one) if "/ontologies/" in one.name or "/ground_truth/" in one.name else None
            if handle is not None:
                texts[one.name.rpartition("/")[2]] = handle.read().decode("utf-8")
    for file, text in sorted(texts.items()):
        if file.endswith("_ontology.json"):
            name = file.removesuffix("_ontology.json")
            relations = {relation["label"].replace(" ", "_") for relation in json.loads(text)["relations"]}
            yield name, relations, [json.loads(line) for line in texts[f"ont_{name}_ground_truth.jsonl"].splitlines()]


MEASURES: tuple[tuple[Callable[[Path], Iterator[Figure]], str], ...] = (
    (text2kg, "benchmarks/text2kgbench-dbpedia-webnlg/*.xz"),
)
