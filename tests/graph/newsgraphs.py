"""A seed and a number of nodes -> a made-up graph in the manner of news, as N-Triples, for tests and benchmarks.

Topics have their own casts; within a cast popularity follows Zipf's law, a few names (countries, platforms, agencies) turn up
in every topic, and one name in twelve is mentioned without any fact.
"""

__all__ = ["news_graph"]

import datetime as dt
import random

_NS = {
    "kg": "https://w3id.org/dateline/ontology#",
    "kgr": "https://w3id.org/dateline/id/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "schema": "https://schema.org/",
    "sem": "http://semanticweb.cs.vu.nl/2009/11/sem/",
    "nif": "http://persistence.uni-leipzig.org/nlp2rdf/ontologies/nif-core#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
_FIRST = [
    "Ada",
    "Bruno",
    "Carla",
    "Dmitri",
    "Elena",
    "Farid",
    "Grace",
    "Hiro",
    "Ines",
    "Jonas",
    "Kavita",
    "Lena",
    "Marco",
    "Nadia",
    "Oscar",
    "Petra",
    "Quinn",
    "Rosa",
    "Samir",
    "Tala",
]
_LAST = [
    "Abara",
    "Bergman",
    "Castillo",
    "Dvorak",
    "Eriksen",
    "Fontaine",
    "Gallo",
    "Haddad",
    "Ivanova",
    "Jansen",
    "Kowalski",
    "Lindqvist",
    "Moreau",
    "Nakata",
    "Okafor",
    "Pereira",
    "Quist",
    "Romero",
    "Sato",
    "Thorne",
    "Ueda",
    "Varga",
    "Whitlock",
    "Xiong",
    "Yilmaz",
    "Zhao",
]
_HEAD = [
    "North",
    "Blue",
    "River",
    "Stone",
    "Silver",
    "High",
    "Green",
    "Harbor",
    "Bright",
    "Iron",
    "Clear",
    "Old",
    "West",
    "Summit",
    "Cedar",
    "Amber",
]
_TAIL = {
    "Company": ["Motors", "Foods", "Energy", "Systems", "Airways", "Steel", "Pharma", "Holdings"],
    "MediaOrganization": ["Post", "Tribune", "Herald", "Dispatch", "Courier"],
    "GovernmentBody": ["Ministry", "Agency", "Commission", "Council"],
    "SocialMediaPlatform": ["Chat", "Feed", "Loop", "Clip", "Gram"],
    "City": ["ville", "ton", "field", "burg", "haven"],
    "Country": ["land", "ia", "stan", "ania"],
    "Product": ["Phone", "Car", "Vaccine", "Tablet"],
    "Work": ["Report", "Chronicle", "Song", "Memoir"],
    "Policy": ["Act", "Directive", "Order"],
    "Group": ["residents", "workers", "fans", "students"],
}
_ABOVE = {
    "Company": "Organization Agent",
    "MediaOrganization": "Organization Agent",
    "GovernmentBody": "Organization Agent",
    "SocialMediaPlatform": "Platform Agent",
    "City": "Place",
    "Country": "Place",
    "Person": "Agent",
    "Group": "Agent",
    "Ban": "Event",
    "Launch": "Event",
    "Meeting": "Event",
    "Ruling": "Event",
}
_MIX = (
    ["Person"] * 34
    + ["Company"] * 16
    + ["GovernmentBody"] * 7
    + ["MediaOrganization"] * 4
    + ["SocialMediaPlatform"] * 4
    + ["City"] * 8
    + ["Country"] * 4
    + ["Product"] * 4
    + ["Work"] * 3
    + ["Policy"] * 3
    + ["Group"] * 5
    + ["Ban", "Launch", "Meeting", "Ruling"] * 2
)
_RELATIONS = {
    ("Person", "Organization"): "worksFor leads criticised sued",
    ("Person", "Person"): "metWith knows criticised accused",
    ("Person", "Place"): "residesIn visited bornIn",
    ("Person", "Platform"): "usesPlatform criticised founded",
    ("Organization", "Organization"): "acquired partnerOf competitorOf sued investedIn",
    ("Organization", "Place"): "headquartersIn activeIn",
    ("Organization", "Platform"): "owns banned operates",
    ("Organization", "Product"): "produces",
    ("Group", "Platform"): "usesPlatform",
    ("Platform", "Platform"): "alternativeTo competitorOf",
    ("Event", "Place"): "occurredIn",
    ("Event", "Person"): "agent target participant",
    ("Event", "Organization"): "agent target",
    ("Event", "Platform"): "target",
}
_MODALITIES = ["Asserted"] * 84 + ["Denied"] * 4 + ["Planned"] * 5 + ["Hypothetical"] * 3 + ["Reported"] * 4


def news_graph(node_count: int, *, seed: int = 1, facts_per_node: float = 3.3) -> str:
    """N-Triples of a graph with `node_count` names and about `facts_per_node` facts each."""
    return _Maker(node_count, seed, facts_per_node).text()


def _iri(name: str) -> str:
    prefix, local = name.split(":", 1)
    return f"<{_NS[prefix]}{local}>"


def _text(value: str, kind: str = "@en") -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"{kind}'


def _typed(value: object, datatype: str) -> str:
    return f'"{value}"^^{_iri("xsd:" + datatype)}'


class _Maker:
    """Lines of one graph while it is made."""

    def __init__(self, node_count: int, seed: int, facts_per_node: float) -> None:
        self.chance = random.Random(seed)
        self.lines: list[str] = []
        self.taken: set[str] = set()
        self.nodes = [self._node(i) for i in range(node_count)]
        topic_count = max(2, round(node_count / 60))
        self.casts: list[list[int]] = [[] for _ in range(topic_count)]
        everywhere = [i for i, (_, kind, _) in enumerate(self.nodes) if kind in ("Country", "SocialMediaPlatform")][
            : 4 + topic_count // 3
        ]
        for i in range(node_count):
            if i % 12 != 11 and i not in everywhere:
                self.casts[self.chance.randrange(topic_count)].append(i)
        for cast in self.casts:
            cast.extend(self.chance.sample(everywhere, min(2, len(everywhere))))
            self.chance.shuffle(cast)
        self._documents(round(node_count * facts_per_node))

    def text(self) -> str:
        return "\n".join(sorted(set(self.lines))) + "\n"

    def _say(self, subject: str, predicate: str, value: str) -> None:
        self.lines.append(f"{subject} {_iri(predicate)} {value} .")

    def _node(self, number: int) -> tuple[str, str, str]:
        kind = _MIX[number % len(_MIX)] if number else "SocialMediaPlatform"
        name = self._name(kind)
        iri = _iri(f"kgr:{name.lower().replace(' ', '-')}-{number:010x}")
        for above in [kind, *_ABOVE.get(kind, "").split(), "Entity"]:
            self._say(iri, "rdf:type", _iri("kg:" + above))
        self._say(iri, "rdfs:label", _text(name))
        self._say(iri, "skos:prefLabel", _text(name))
        if kind == "Person":
            self._say(iri, "skos:altLabel", _text(name.split()[-1]))
            self._say(iri, "kg:mergeReason", _text(f"{name.split()[-1]}: last name of {name} in one text"))
        if kind in ("Ban", "Launch", "Meeting", "Ruling"):
            day = dt.date(2024, 11, 1) + dt.timedelta(days=self.chance.randrange(120))
            self._say(iri, "sem:hasBeginTimeStamp", _typed(day, "date"))
            self._say(iri, "sem:hasEndTimeStamp", _typed(day, "date"))
            self._say(iri, "kg:modality", _iri("kg:Asserted"))
            self._say(iri, "kg:confidence", _typed("0.8", "decimal"))
        return iri, kind, name

    def _name(self, kind: str) -> str:
        pick = self.chance.choice
        for attempt in range(1000):
            extra = "" if attempt < 20 else f" {pick(_LAST)[0]}{attempt}"
            if kind == "Person":
                name = f"{pick(_FIRST)} {pick(_LAST)}{extra}"
            elif kind in ("City", "Country"):
                name = f"{pick(_HEAD if kind == 'City' else _LAST)}{pick(_TAIL[kind])}{extra}"
            elif kind == "Group":
                name = f"{pick(_HEAD)} {pick(_HEAD).lower()} {pick(_TAIL[kind])}{extra}"
            elif kind in _TAIL:
                name = f"{pick(_HEAD)} {pick(_LAST)} {pick(_TAIL[kind])}{extra}"
            else:
                name = f"{pick(_HEAD)} {kind.lower()} of {pick(_LAST)}{extra}"
            if name not in self.taken:
                self.taken.add(name)
                return name
        raise AssertionError(kind)

    def _main(self, number: int) -> str:
        kind = self.nodes[number][1]
        above = _ABOVE.get(kind, "").split()
        return above[0] if above and above[0] != "Agent" else kind

    def _documents(self, fact_count: int) -> None:
        document, cast, left = "", self.casts[0], 0
        made = position = tries = 0
        while made < fact_count and tries < fact_count * 40:
            tries += 1
            if left == 0:
                cast = self.casts[self.chance.randrange(len(self.casts))]
                document, left, position = self._document(cast), self.chance.randrange(5, 14), 200
            if self._fact(cast, document, position, made):
                made, left, position = made + 1, left - 1, position + 160

    def _document(self, cast: list[int]) -> str:
        number = self.chance.randrange(10**9)
        document = _iri(f"kgr:doc-{number:020x}")
        day = dt.date(2025, 1, 2) + dt.timedelta(days=self.chance.randrange(90))
        self._say(document, "rdf:type", _iri("kg:Document"))
        who = self.nodes[cast[0]][2] if cast else "the day"
        self._say(document, "rdfs:label", _text(f"What is next for {who}"))
        self._say(document, "schema:datePublished", _typed(day, "date"))
        self._say(document, "schema:url", _typed(f"https://news.example/{number}", "anyURI"))
        self._say(document, "schema:publisher", _text("The Made-up Courier", ""))
        return document

    def _pick(self, cast: list[int]) -> int:
        return cast[min(int(self.chance.paretovariate(0.9)) - 1, len(cast) - 1)] if cast else 0

    def _fact(self, cast: list[int], document: str, position: int, number: int) -> bool:
        one, other = self._pick(cast), self.chance.choice(cast or [0])
        relations = _RELATIONS.get((self._main(one), self._main(other)))
        if one == other or relations is None:
            one, other = other, one
            relations = _RELATIONS.get((self._main(one), self._main(other)))
            if one == other or relations is None:
                return False
        predicate = self.chance.choice(relations.split())
        modality, said = self.chance.choice(_MODALITIES), self.chance.random() < 0.14
        speaker = self._pick(cast) if said else None
        self._statement(f"kgr:st-{number:020x}", one, predicate, other, modality, speaker, document, position)
        return True

    def _statement(
        self,
        name: str,
        one: int,
        predicate: str,
        other: int,
        modality: str,
        speaker: int | None,
        document: str,
        position: int,
    ) -> None:
        subject, target, statement = self.nodes[one], self.nodes[other], _iri(name)
        confidence = round(self.chance.uniform(0.45, 0.97), 2)
        self._say(statement, "rdf:type", _iri("kg:Statement"))
        if speaker is not None:
            self._say(statement, "rdf:type", _iri("kg:Claim"))
            self._say(statement, "kg:statedBy", self.nodes[speaker][0])
        elif modality == "Asserted":
            self._say(subject[0], "kg:" + predicate, target[0])
        self._say(statement, "rdf:subject", subject[0])
        self._say(statement, "rdf:predicate", _iri("kg:" + predicate))
        self._say(statement, "rdf:object", target[0])
        self._say(statement, "kg:modality", _iri("kg:" + modality))
        self._say(statement, "kg:confidence", _typed(confidence, "decimal"))
        sentence = f"{subject[2]} {predicate} {target[2]}"
        sentence += f", {self.nodes[speaker][2]} said." if speaker is not None else " this week."
        self._sentence(
            statement, sentence, [one, other] + ([speaker] if speaker is not None else []), document, position
        )

    def _sentence(self, statement: str, sentence: str, names: list[int], document: str, position: int) -> None:
        doc_id = document.rsplit("/", 1)[-1][:-1].removeprefix("doc-")
        evidence = _iri(f"kgr:ev-{doc_id}-{position}-{position + len(sentence)}")
        self._say(statement, "kg:evidence", evidence)
        self._span(evidence, "kg:Evidence", document, position, sentence)
        for number in names:
            begin = position + sentence.index(self.nodes[number][2])
            mention = _iri(f"kgr:m-{doc_id}-{begin}-{begin + len(self.nodes[number][2])}")
            self._span(mention, "kg:Mention", document, begin, self.nodes[number][2])
            self._say(mention, "kg:refersTo", self.nodes[number][0])

    def _span(self, iri: str, kind: str, document: str, begin: int, words: str) -> None:
        self._say(iri, "rdf:type", _iri(kind))
        self._say(iri, "nif:referenceContext", document)
        self._say(iri, "nif:beginIndex", _typed(begin, "integer"))
        self._say(iri, "nif:endIndex", _typed(begin + len(words), "integer"))
        self._say(iri, "nif:anchorOf", _text(words, ""))
