"""ontology/kg.ttl -> the KG namespace, the class tree, and the domain and range of every property.

The data folders (ontology/, queries/) are found beside the package in a wheel (kg/data/) and one folder up in a checkout.
"""

__all__ = ["KG", "KGR", "MODALITIES", "NAMESPACES", "Ontology", "Property", "data_folder", "ontology"]

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from rdflib import OWL, RDF, RDFS, BNode, Graph, URIRef
from rdflib.collection import Collection
from rdflib.namespace import ClosedNamespace, Namespace

from kg.errors import DataFileError

KG_IRI = "https://w3id.org/dateline/ontology#"
BASE_IRI = "https://w3id.org/dateline/id/"
KGR = Namespace(BASE_IRI)
MODALITIES = ("Asserted", "Reported", "Denied", "Planned", "Hypothetical")

#: Prefixes that every query, export and page of ours knows.
NAMESPACES = {
    "kg": KG_IRI,
    "kgr": BASE_IRI,
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "schema": "https://schema.org/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "org": "http://www.w3.org/ns/org#",
    "sem": "http://semanticweb.cs.vu.nl/2009/11/sem/",
    "nif": "http://persistence.uni-leipzig.org/nlp2rdf/ontologies/nif-core#",
    "prov": "http://www.w3.org/ns/prov#",
    "sioc": "http://rdfs.org/sioc/ns#",
}


@dataclass(frozen=True, slots=True)
class Property:
    """One property: domain and range are class names, or a single `xsd:` datatype as range."""

    name: str
    label: str
    comment: str
    domain: tuple[str, ...]
    range: tuple[str, ...]
    is_state: bool = False
    is_symmetric: bool = False
    is_role: bool = False

    @property
    def is_literal(self) -> bool:
        """Whether the object is a literal."""
        return self.range[0].startswith("xsd:")


@dataclass(frozen=True)
class Ontology:
    """The terms of kg.ttl by local name."""

    parents: dict[str, tuple[str, ...]]
    labels: dict[str, str]
    comments: dict[str, str]
    properties: dict[str, Property]

    def ancestors(self, class_name: str) -> tuple[str, ...]:
        """The class itself and all classes of ours above it, nearest first; empty for an unknown class."""
        if class_name not in self.parents:
            return ()
        chain = [class_name]
        for name in chain:
            chain += [parent for parent in self.parents[name] if parent not in chain]
        return tuple(chain)

    def is_a(self, class_name: str, other: str) -> bool:
        """Whether the first class is the second or lies below it."""
        return other in self.ancestors(class_name)

    def fits(self, class_name: str, allowed: tuple[str, ...]) -> bool:
        """Whether the class is, or lies below, one of the allowed classes."""
        return any(name in allowed for name in self.ancestors(class_name))

    def allows(self, subject_class: str, predicate: str, object_class: str) -> bool:
        """Whether domain and range of the property admit the two; `object_class` may be an `xsd:` datatype."""
        prop = self.properties.get(predicate)
        if prop is None or not self.fits(subject_class, prop.domain):
            return False
        return object_class in prop.range if prop.is_literal else self.fits(object_class, prop.range)


def data_folder(name: str) -> Path:
    """Where `ontology` or `queries` lies: in the installed wheel, or in the checkout.

    Raises:
        DataFileError: the folder is in neither place.
    """
    package = Path(__file__).parent
    for folder in (package / "data" / name, package.parent / name):
        if folder.is_dir():
            return folder
    raise DataFileError(f"The folder {name}/ is missing beside {package}. Install Dateline again.")


@cache
def ontology() -> Ontology:
    """The shipped ontology, read once."""
    return read_ontology(data_folder("ontology") / "kg.ttl")


def read_ontology(path: Path) -> Ontology:
    """The ontology of a Turtle file.

    Raises:
        DataFileError: the file is not Turtle, or a term lacks its label, comment, domain or range.
    """
    graph = Graph()
    try:
        graph.parse(path, format="turtle")
    except Exception as exc:  # rdflib's parsers raise many unrelated types
        raise DataFileError(f"{path} is not valid Turtle: {exc}") from exc
    parents, labels, comments, properties = {}, {}, {}, {}
    for term in sorted(set(graph.subjects(RDF.type, None)), key=str):
        if not isinstance(term, URIRef) or not str(term).startswith(KG_IRI):
            continue
        name, kinds = _local(term), set(graph.objects(term, RDF.type))
        label, comment = graph.value(term, RDFS.label), graph.value(term, RDFS.comment)
        if label is None or comment is None:
            raise DataFileError(f"kg:{name} in {path} lacks rdfs:label or rdfs:comment.")
        labels[name], comments[name] = str(label), str(comment)
        if OWL.Class in kinds:
            above = sorted(_local(c) for c in graph.objects(term, RDFS.subClassOf) if str(c).startswith(KG_IRI))
            parents[name] = tuple(above)
        elif OWL.ObjectProperty in kinds or OWL.DatatypeProperty in kinds:
            properties[name] = Property(
                name=name,
                label=str(label),
                comment=str(comment),
                domain=_classes(graph, term, RDFS.domain, path),
                range=_classes(graph, term, RDFS.range, path),
                is_state=URIRef(KG_IRI + "StateProperty") in kinds,
                is_symmetric=OWL.SymmetricProperty in kinds,
                is_role=URIRef(KG_IRI + "RoleProperty") in kinds,
            )
    return Ontology(parents, labels, comments, properties)


def _classes(graph: Graph, term: URIRef, relation: URIRef, path: Path) -> tuple[str, ...]:
    value = graph.value(term, relation)
    if value is None:
        raise DataFileError(f"kg:{_local(term)} in {path} lacks {_local(relation)}.")
    members = [value]
    if isinstance(value, BNode):
        union = graph.value(value, OWL.unionOf)
        if union is None:
            raise DataFileError(f"kg:{_local(term)} in {path}: {_local(relation)} must be a class or an owl:unionOf.")
        members = list(Collection(graph, union))
    xsd = NAMESPACES["xsd"]
    return tuple("xsd:" + _local(m) if str(m).startswith(xsd) else _local(m) for m in members)


def _local(term: object) -> str:
    return str(term).rsplit("#", 1)[-1]


def _namespace() -> ClosedNamespace:
    read = ontology()
    return ClosedNamespace(KG_IRI, sorted(read.labels))


KG = _namespace()
