"""A pronoun and the chains before it -> the chain it stands for, or none when no chain is clearly the best.

A softmax over the candidates of the last sentences, with features of grammar, distance and kind. The weights of each
pronoun were fitted on the training part of GUM (free genres) by `scripts/fit_pronouns.py`.
"""

__all__ = ["WINDOW_SENTENCES", "Focus", "best_candidate", "candidates", "features"]

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kg.nlp.chains import Chains, Node

WINDOW_SENTENCES = 3
_FAMILIES = {
    **dict.fromkeys(("he", "him", "his", "himself", "she", "her", "hers", "herself"), "person"),
    **dict.fromkeys(("it", "its", "itself"), "thing"),
    **dict.fromkeys(("they", "them", "their", "theirs", "themselves"), "several"),
}
#: Pronouns that no later "it" or "they" takes up.
_NEVER = frozenset(
    "who whom whose i me my mine myself you your yours yourself yourselves we our ours us ourselves".split()
)
_REFLEXIVE = frozenset({"himself", "herself", "itself", "themselves"})
_SUBJECT = frozenset({"nsubj", "nsubj:pass", "nsubj:outer", "csubj"})

#: Feature -> weight, by `scripts/fit_pronouns.py` on GUM v11's training part, free genres (2026-11-20); "none" is no antecedent.
WEIGHTS: Mapping[str, Mapping[str, float]] = {
    "person": {  # 1222 pronouns, 84.1 % of them right
        "Person": 0.48, "chain size": 0.38, "distance": -0.66, "first": 0.20, "indefinite": -0.08, "known gender": 0.61,
        "modifier": -0.58, "named chain": -0.59, "nominal": -0.32, "object": 0.41, "oblique": 0.58, "one back": 0.44,
        "parallel": 0.25, "possessive": 0.85, "pronoun": 0.81, "same sentence": 0.64, "subject": 0.99,
        "subject before": 0.57, "three back": -0.55, "two back": -0.05, "none": -0.48,
    },
    "several": {  # 800 pronouns, 72.9 % of them right
        "Entity": -0.45, "Event": -0.38, "Group": 0.49, "Organization": 0.23, "Person": -0.71, "Place": -0.48,
        "Platform": 0.06, "Policy": -0.31, "Product": 0.43, "Work": 0.50, "chain size": 0.56, "distance": -0.97,
        "first": 0.77, "indefinite": 0.52, "modifier": -0.35, "name": -0.89, "named chain": -0.33, "nominal": -0.34,
        "object": 1.19, "oblique": 0.57, "one back": 0.34, "parallel": 0.55, "plural": 0.57, "possessive": 1.60,
        "pronoun": 0.61, "same sentence": 0.98, "subject": 1.42, "subject before": 0.80, "three back": -1.02,
        "two back": -0.92, "none": 0.62,
    },
    "thing": {  # 1308 pronouns, 61.3 % of them right
        "Entity": -0.50, "Event": 0.07, "Organization": -0.38, "Place": -0.20, "Platform": 0.19, "Product": 0.21,
        "Work": 0.14, "chain size": 0.82, "distance": -0.82, "first": 0.58, "indefinite": 0.16, "modifier": -0.08,
        "name": -0.26, "named chain": -0.52, "nominal": -0.48, "object": 1.10, "oblique": 0.41, "one back": 0.20,
        "parallel": 0.54, "possessive": 1.15, "pronoun": 0.31, "same sentence": 0.85, "subject": 1.23,
        "subject before": 0.19, "three back": -1.01, "two back": -0.46, "none": 0.43,
    },
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Focus:
    """A candidate antecedent: the nearest mention of a chain before the pronoun."""

    node: Node
    root: int


def family(node: Node) -> str | None:
    """Which set of weights a pronoun takes; None for pronouns that are not resolved by focus."""
    return _FAMILIES.get(node.mention.text.lower())


def candidates(chains: Chains, pronoun: Node, recent: Sequence[Node]) -> list[Focus]:
    """The chains that the pronoun may stand for, each by its nearest mention, nearest first."""
    kind = family(pronoun)
    found: dict[int, Focus] = {}
    for node in reversed(recent):
        if pronoun.sentence - node.sentence > WINDOW_SENTENCES:
            break
        root = chains.root(node.index)
        if root in found or node.end > pronoun.begin or node.mention.text.lower() in _NEVER:
            continue
        # "Ana Silva, a nurse", "a nurse, Ana Silva": the first of the two has the place in the clause
        if node.head.dep_ == "appos" and any(
            m.index < node.index and m.sentence == node.sentence for m in chains.members(root)
        ):
            continue
        if kind and _may_be(chains, node, pronoun, kind) and not _is_bound(node, pronoun):
            found[root] = Focus(node, root)
    return list(found.values())


def _may_be(chains: Chains, node: Node, pronoun: Node, kind: str) -> bool:
    traits = chains.traits(node.index)
    if kind == "person":
        if traits.branch != "Person" or traits.plural:
            return False
        return traits.gender in (None, pronoun.gender)
    if kind == "thing":
        return traits.branch not in ("Person", "Group") and not traits.plural
    if traits.gender is not None:
        return False
    return (
        bool(traits.plural)
        or traits.branch in ("Group", "Organization", "Person")
        or (traits.branch == "Entity" and traits.plural is None)
    )


def _is_bound(node: Node, pronoun: Node) -> bool:
    """Whether the two are arguments of one verb, which only a reflexive may be: "she met her"."""
    if pronoun.mention.text.lower() in _REFLEXIVE:
        return False
    if pronoun.head.dep_ == "nmod:poss":
        # "its users": the possessive is not its own noun phrase
        return node.begin <= pronoun.begin < node.end
    return (
        pronoun.head.head.i == node.head.head.i
        and pronoun.head.i != node.head.i
        and node.head.dep_ not in ("nmod:poss", "conj", "appos")
    )


def features(chains: Chains, focus: Focus, pronoun: Node, quote_of: Mapping[int, int]) -> dict[str, float]:
    """What speaks for and against the candidate; names as in WEIGHTS."""
    node, traits = focus.node, chains.traits(focus.root)
    back = pronoun.sentence - node.sentence
    subject = node.head.dep_ in _SUBJECT
    found = {("same sentence", "one back", "two back", "three back")[min(back, 3)]: 1.0}
    found["distance"] = math.log1p(pronoun.begin - node.end)
    found["chain size"] = math.log1p(traits.size)
    found[node.mention.kind] = 1.0
    found[traits.branch] = 1.0
    dep = node.head.dep_
    if subject:
        found["subject"] = 1.0
        if back == 0:
            found["subject before"] = 1.0
    elif dep in ("obj", "iobj"):
        found["object"] = 1.0
    elif dep == "nmod:poss":
        found["possessive"] = 1.0
    elif dep.startswith("obl"):
        found["oblique"] = 1.0
    elif dep in ("nmod", "compound", "appos", "flat"):
        found["modifier"] = 1.0
    if dep == pronoun.head.dep_ or (subject and pronoun.head.dep_ in _SUBJECT):
        found["parallel"] = 1.0
    if traits.gender is not None:
        found["known gender"] = 1.0
    if traits.plural:
        found["plural"] = 1.0
    if node.begin == node.head.sent.start:
        found["first"] = 1.0
    if traits.named:
        found["named chain"] = 1.0
    if node.mention.kind == "nominal" and node.mention.text.lower().startswith(("a ", "an ")):
        found["indefinite"] = 1.0
    if quote_of.get(node.index, -1) != quote_of.get(pronoun.index, -1):
        found["other side of a quote"] = 1.0
    return found


def best_candidate(
    chains: Chains, pronoun: Node, recent: Sequence[Node], quote_of: Mapping[int, int], *, min_probability: float
) -> tuple[Focus, float] | None:
    """The most probable candidate and its probability, or None when it is below `min_probability`."""
    kind = family(pronoun)
    foci = candidates(chains, pronoun, recent)
    if kind is None or not foci:
        return None
    weights = WEIGHTS[kind]
    scores = [
        sum(weights.get(name, 0.0) * value for name, value in features(chains, f, pronoun, quote_of).items())
        for f in foci
    ]
    scores.append(weights["none"])
    top = max(scores)
    exponents = [math.exp(score - top) for score in scores]
    probabilities = [value / sum(exponents) for value in exponents]
    best = max(range(len(foci)), key=lambda i: (probabilities[i], -i))
    if probabilities[best] < min_probability or (min_probability > 0 and probabilities[best] < probabilities[-1]):
        return None
    return foci[best], probabilities[best]
