"""A property graph -> the files that network tools read: GraphML, GEXF, Cytoscape JSON and node-link JSON.

Written line by line by our own few lines: networkx's writers put the day into GEXF, drop edge types and write control
characters that no reader takes. Every value goes through `clean` and one column has one type.
"""

__all__ = ["cytoscape_lines", "gexf_lines", "graphml_lines", "nodelink_lines"]

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from kg.graph.property_graph import EDGE_COLUMNS, NODE_COLUMNS, Edge, Node, PropertyGraph

_GRAPHML_TYPES = {str: "string", int: "int", float: "double", bool: "boolean", tuple: "string"}
_GEXF_TYPES = {str: "string", int: "integer", float: "double", bool: "boolean", tuple: "string"}
_SEPARATOR = " | "
#: Readers of XML turn a bare carriage return into a newline.
_RETURN = {"\r": "&#13;"}


def graphml_lines(graph: PropertyGraph) -> Iterator[str]:
    """GraphML for Gephi, Cytoscape, yEd, igraph and networkx; edges carry their statement's IRI as id."""
    columns = _node_columns(graph)
    yield "<?xml version='1.0' encoding='utf-8'?>\n"
    yield '<graphml xmlns="http://graphml.graphdrawing.org/xmlns" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    yield ' xsi:schemaLocation="http://graphml.graphdrawing.org/xmlns'
    yield ' http://graphml.graphdrawing.org/xmlns/1.0/graphml.xsd">\n'
    for side, typed in (("node", columns), ("edge", EDGE_COLUMNS)):
        for name, kind in typed.items():
            key = f'id="{side}_{name}" for="{side}" attr.name="{name}" attr.type="{_GRAPHML_TYPES[kind]}"'
            yield f"  <key {key}/>\n"
    yield '  <graph id="dateline" edgedefault="directed">\n'
    for node in graph.nodes:
        yield f"    <node id={quoteattr(node.iri)}>{_graphml_cells('node', _node_values(node, columns))}</node>\n"
    for edge in graph.edges:
        ends = f"id={quoteattr(edge.iri)} source={quoteattr(edge.source)} target={quoteattr(edge.target)}"
        yield f"    <edge {ends}>{_graphml_cells('edge', edge.values)}</edge>\n"
    yield "  </graph>\n</graphml>\n"


def _graphml_cells(side: str, values: Mapping[str, Any]) -> str:
    cells = ((name, _text(value)) for name, value in values.items())
    return "".join(f'<data key="{side}_{name}">{escape(text, _RETURN)}</data>' for name, text in cells if text)


def gexf_lines(graph: PropertyGraph) -> Iterator[str]:
    """GEXF 1.2 for Gephi, Gephi Lite and Retina; events and bounded states are dated, so that the timeline works."""
    columns = _node_columns(graph)
    yield "<?xml version='1.0' encoding='utf-8'?>\n"
    yield '<gexf xmlns="http://www.gexf.net/1.2draft" version="1.2">\n'
    yield "  <meta><creator>Dateline</creator><description>News as a network</description></meta>\n"
    yield '  <graph defaultedgetype="directed" mode="dynamic" timeformat="date">\n'
    node_names, edge_names = _gexf_names(columns), _gexf_names(EDGE_COLUMNS)
    yield from _gexf_attributes("node", columns, node_names)
    yield from _gexf_attributes("edge", EDGE_COLUMNS, edge_names)
    yield "    <nodes>\n"
    for node in graph.nodes:
        values = _node_values(node, columns)
        head = f"id={quoteattr(node.iri)} label={quoteattr(_text(values['label']))}"
        head += _interval(values.get("begin"), values.get("end"))
        yield f"      <node {head}>{_gexf_cells(values, node_names)}</node>\n"
    yield "    </nodes>\n    <edges>\n"
    for edge in graph.edges:
        yield _gexf_edge(edge, edge_names)
    yield "    </edges>\n  </graph>\n</gexf>\n"


def _gexf_names(columns: Mapping[str, type]) -> dict[str, str]:
    # label, weight, start and end have their own XML attributes
    return {name: str(number) for number, name in enumerate(columns) if name not in ("label", "weight", "begin", "end")}


def _gexf_attributes(side: str, columns: Mapping[str, type], names: Mapping[str, str]) -> Iterator[str]:
    yield f'    <attributes class="{side}" mode="static">\n'
    for name, number in names.items():
        yield f'      <attribute id="{number}" title="{name}" type="{_GEXF_TYPES[columns[name]]}"/>\n'
    yield "    </attributes>\n"


def _gexf_edge(edge: Edge, names: Mapping[str, str]) -> str:
    head = f"id={quoteattr(edge.iri)} source={quoteattr(edge.source)} target={quoteattr(edge.target)}"
    # kind keeps Gephi from adding parallel edges up to one
    head += f" label={quoteattr(_text(edge.values['label']))} kind={quoteattr(edge.type)}"
    head += f' weight="{_text(edge.values["weight"]) or "0.0"}"'
    head += _interval(edge.values.get("valid_from"), edge.values.get("valid_to"))
    return f"      <edge {head}>{_gexf_cells(edge.values, names)}</edge>\n"


def _gexf_cells(values: Mapping[str, Any], names: Mapping[str, str]) -> str:
    cells = ((number, _text(values.get(name))) for name, number in names.items())
    inner = "".join(f'<attvalue for="{number}" value={quoteattr(text)}/>' for number, text in cells if text)
    return f"<attvalues>{inner}</attvalues>"


def _interval(begin: Any, end: Any) -> str:
    return (f' start="{begin}"' if begin else "") + (f' end="{end}"' if end else "")


def cytoscape_lines(graph: PropertyGraph) -> Iterator[str]:
    """Cytoscape's JSON: the statement's IRI is the edge's id; `name` and `value` are what Cytoscape and networkx look for."""
    columns = _node_columns(graph)
    yield '{"data": {"name": "Dateline"}, "directed": true, "multigraph": true, "elements": {"nodes": [\n'
    yield from _joined(
        {"data": {"id": node.iri, "value": node.iri, "name": node.values["label"], **_node_values(node, columns)}}
        for node in graph.nodes
    )
    yield '], "edges": [\n'
    yield from _joined(
        {"data": {"id": e.iri, "key": e.iri, "source": e.source, "target": e.target, "interaction": e.type, **e.values}}
        for e in graph.edges
    )
    yield "]}}\n"


def nodelink_lines(graph: PropertyGraph) -> Iterator[str]:
    """Node-link JSON as networkx reads it (`edges`; D3 calls them `links`)."""
    columns = _node_columns(graph)
    yield '{"directed": true, "multigraph": true, "graph": {"name": "Dateline"}, "nodes": [\n'
    yield from _joined({"id": node.iri, **_node_values(node, columns)} for node in graph.nodes)
    yield '], "edges": [\n'
    yield from _joined(
        {"source": e.source, "target": e.target, "key": e.iri, "kind": e.type, **e.values} for e in graph.edges
    )
    yield "]}\n"


def _joined(records: Iterable[dict[str, Any]]) -> Iterator[str]:
    comma = ""
    for record in records:
        given = {"data": _given(record["data"])} if "data" in record else _given(record)
        yield comma + json.dumps(given, ensure_ascii=False)
        comma = ",\n"
    yield "\n"


def _given(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: list(value) if isinstance(value, tuple) else value for name, value in values.items() if value is not None
    }


def _node_columns(graph: PropertyGraph) -> dict[str, type]:
    return {**NODE_COLUMNS, **dict.fromkeys(graph.fact_columns, tuple)}


def _node_values(node: Node, columns: Mapping[str, type]) -> dict[str, Any]:
    return {name: node.values[name] if name in NODE_COLUMNS else node.facts.get(name) for name in columns}


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return _SEPARATOR.join(value) if isinstance(value, tuple) else str(value)
