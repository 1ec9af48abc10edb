"""The network as it is read from the store."""

import networkx as nx
import pyoxigraph as ox
import pytest

from kg.errors import InputError
from kg.graph.arrays import arrays_of
from kg.graph.network import KINDS, class_named, network, undirected
from kg.graph.store import Store
from kg.ontology import NAMESPACES
from tests.graphs import story_nt


@pytest.fixture(scope="module")
def store():
    return store_of(story_nt())


def store_of(text):
    inner = ox.Store()
    inner.load(text.encode(), format=ox.RdfFormat.N_TRIPLES)
    return Store(inner)


def links(graph):
    label = graph.nodes(data="label")
    return [(label[a], label[b], values["weight"]) for a, b, values in graph.edges(data=True)]


def test_facts_are_the_asserted_ones_with_their_sentences_as_weight(store):
    graph = network(store)
    assert graph.is_directed()
    assert links(graph) == [
        ("Ana Ruiz", "Northwind", 3),
        ("Ana Ruiz", "Omar Bello", 1),
        ("Ana Ruiz meets Omar Bello", "Ana Ruiz", 1),
        ("Ana Ruiz meets Omar Bello", "Lima", 1),
        ("Ana Ruiz meets Omar Bello", "Omar Bello", 1),
        ("Chirp", "Lima", 1),
        ("Norland", "Chirp", 1),
        ("Norland bans Chirp", "Chirp", 1),
        ("Norland bans Chirp", "Norland", 1),
        ("Northwind", "Chirp", 1),
    ]


def test_claims_denials_plans_and_past_states_make_no_link(store):
    pairs = {frozenset(link[:2]) for link in links(network(store))}
    assert frozenset(("Northwind", "Quill")) not in pairs  # claimed by one, denied by another
    assert frozenset(("Norland", "Quill")) not in pairs  # planned
    assert frozenset(("Ana Ruiz", "Quill")) not in pairs  # past


def test_claims_make_links_when_asked_for(store):
    found = {link[:2]: link[2] for link in links(network(store, claims=True))}
    assert found["Northwind", "Quill"] == 2
    assert found["Norland", "Quill"] == found["Ana Ruiz", "Quill"] == 1


def test_nodes_have_label_type_and_number_of_documents(store):
    graph = network(store)
    ana = next(node for node, label in graph.nodes(data="label") if label == "Ana Ruiz")
    assert graph.nodes[ana] == {"label": "Ana Ruiz", "type": "Person", "documents": 3}
    assert [graph.nodes[node]["label"] for node in graph] == sorted(graph.nodes[node]["label"] for node in graph)
    assert {label for _, label in graph.nodes(data="label") if "Quill" in label} == {"Quill", "Norland to ban Quill"}


def test_every_link_has_distance_and_the_iris_it_rests_on(store):
    for kind in KINDS:
        graph = network(store, kind=kind)
        for a, b, values in graph.edges(data=True):
            assert values["distance"] == 1 / values["weight"], (kind, a, b)
            assert values["facts"] == tuple(sorted(set(values["facts"])))
            assert all(iri.startswith(NAMESPACES["kgr"]) for iri in values["facts"])


def test_co_mentions_count_documents(store):
    graph = network(store, kind="co-mentions")
    assert not graph.is_directed()
    found = links(graph)
    assert ("Ana Ruiz", "Northwind", 3) in found
    assert ("Lima", "Quill", 2) in found
    assert ("Daily Post", "Omar Bello", 1) not in found


def test_quotations_lead_from_speaker_to_those_named_in_them(store):
    assert links(network(store, kind="quotations")) == [("Omar Bello", "Northwind", 1), ("Omar Bello", "Quill", 1)]


def test_events_join_their_participants_and_places(store):
    assert links(network(store, kind="events")) == [
        ("Ana Ruiz", "Lima", 1),
        ("Ana Ruiz", "Omar Bello", 1),
        ("Chirp", "Norland", 1),
        ("Lima", "Omar Bello", 1),
    ]


@pytest.mark.parametrize(
    ("since", "until", "expected"),
    [
        (None, "2024-03-06", 1),
        (None, "2024-03", 3),
        ("2024-03-13", None, 2),
        ("2024", "2024", 3),
        ("2025", None, 0),
    ],
)
def test_bounds_count_only_sentences_of_documents_within(store, since, until, expected):
    graph = network(store, since=since, until=until)
    weight = sum(link[2] for link in links(graph) if link[:2] == ("Ana Ruiz", "Northwind"))
    assert weight == expected


def test_type_keeps_a_class_and_those_below_it(store):
    graph = network(store, kind="co-mentions", type="organization")
    assert {kind for _, kind in graph.nodes(data="type")} == {"Company", "MediaOrganization"}


def test_confidence_leaves_out_what_is_less_sure(store):
    sure = network(store, min_confidence=0.95)
    assert links(sure) == [("Ana Ruiz", "Northwind", 2)]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"kind": "fact"}, 'Did you mean "facts"?'),
        ({"since": "last week"}, "Write a year, a month or a day"),
        ({"until": "2024-13"}, "is not a date"),
        ({"type": "Persn"}, 'Did you mean "Person"?'),
    ],
)
def test_wrong_options_say_what_to_write(store, options, message):
    with pytest.raises(InputError, match=message.replace("?", r"\?")):
        network(store, **options)


def test_class_must_lie_below_the_wanted_one():
    assert class_named("ban", "Event") == "Ban"
    with pytest.raises(InputError):
        class_named("Person", "Event")


def test_empty_store_gives_an_empty_network():
    for kind in KINDS:
        graph = network(store_of(""), kind=kind)
        assert (graph.number_of_nodes(), graph.number_of_edges()) == (0, 0)


def test_both_directions_become_one_link_with_all_evidence():
    graph = nx.DiGraph()
    graph.add_edge("a", "b", weight=2, distance=0.5, facts=("s1",))
    graph.add_edge("b", "a", weight=3, distance=1 / 3, facts=("s2", "s3"))
    graph.add_edge("b", "c", weight=1, distance=1.0, facts=("s4",))
    merged = undirected(graph)
    assert merged.edges["a", "b"] == {"weight": 5, "distance": 0.2, "facts": ("s1", "s2", "s3")}
    assert merged.edges["b", "c"] == {"weight": 1, "distance": 1.0, "facts": ("s4",)}
    assert undirected(merged) is merged


def test_arrays_kept_beside_the_network_equal_those_read_from_it(store):
    for kind in KINDS:
        graph = network(store, kind=kind)
        kept, read = arrays_of(graph), arrays_of(graph.copy())
        assert kept.nodes == read.nodes
        assert (kept.weight.todense() == read.weight.todense()).all()
        assert (kept.distance.todense() == read.distance.todense()).all()


def test_arrays_of_both_ways_equal_those_read_from_the_links():
    graph = nx.gnm_random_graph(12, 50, seed=3, directed=True)
    graph.add_edge(4, 4)
    for at, (_, _, values) in enumerate(graph.edges(data=True)):
        values["weight"] = at % 5 + 1
    merged = undirected(graph)
    kept, read = arrays_of(merged), arrays_of(merged.copy())
    assert (kept.weight.todense() == read.weight.todense()).all()
    assert sum(weight for *_, weight in merged.edges(data="weight")) == sum(
        weight for *_, weight in graph.edges(data="weight")
    )


def test_arrays_follow_a_change_of_the_network(store):
    graph = network(store)
    before = arrays_of(graph).weight.sum()
    a, b = list(graph)[:2]
    graph.add_edge(a, b, weight=7)
    assert arrays_of(graph).weight.sum() == before + 7


def test_hostile_labels_and_missing_labels_stay_nodes():
    n = NAMESPACES
    text = "".join(
        f"<{n['kgr']}{name}> <{n['rdf']}type> <{n['kg']}Person> .\n"
        f"<{n['kgr']}m-{name}> <{n['kg']}refersTo> <{n['kgr']}{name}> .\n"
        f"<{n['kgr']}m-{name}> <{n['nif']}referenceContext> <{n['kgr']}doc-1> .\n"
        for name in ("one", "two")
    )
    text += f'<{n["kgr"]}one> <{n["rdfs"]}label> "</script>\\u0000\\n\\u202E" .\n'
    graph = network(store_of(text), kind="co-mentions")
    assert sorted(label for _, label in graph.nodes(data="label")) == ["</script>\x00\n\u202e", "two"]
    assert graph.number_of_edges() == 1
