"""OntoGUM's training part -> the weights of kg/nlp/pronouns.py, printed as they stand there.

    python scripts/fit_pronouns.py GUM_FOLDER

Softmax regression over the candidates of each pronoun and the outcome "none", by gradient descent with L2, no chance in it.
Chains before the pronoun are the sieve's own, so that the weights fit what they will see.
"""

import argparse
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from unittest.mock import patch

import numpy as np
from eval_coref import noun_phrase, read_chains, read_doc, read_turns, sieve_chains
from spacy.tokens import Doc

from kg.nlp import pronouns, sieve
from kg.nlp.chains import Chains, Node
from kg.nlp.names import load_names
from kg.nlp.pipeline import load_pipeline

Example = tuple[list[dict[str, float]], int]
STEPS, RATE, L2 = 400, 0.5, 0.002


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gum", type=Path)
    args = parser.parse_args()
    examples = gather(args.gum)
    for family in sorted(examples):
        weights, right = fit(examples[family])
        print(f'    "{family}": {{  # {len(examples[family])} pronouns, {100 * right:.1f} % of them right')
        for name, value in weights.items():
            print(f'        "{name}": {value:.2f},')
        print("    },")


def gather(gum: Path) -> dict[str, list[Example]]:
    """Every pronoun that the sieve meets, with the features of its candidates and which of them is right."""
    nlp, names = load_pipeline(), load_names()
    examples: dict[str, list[Example]] = {}
    for path in sorted((gum / "ontogum" / "train").glob("*.conll")):
        source = gum / "train" / f"{path.stem}.conllu"
        doc = read_doc(source, nlp)
        chain_of = {span: number for number, chain in enumerate(read_chains(path)) for span in chain}
        with patch.object(sieve, "best_candidate", partial(watch, doc, chain_of, examples)):
            sieve_chains(doc, names, read_turns(source, doc))
    return examples


def watch(
    doc: Doc,
    chain_of: Mapping[tuple[int, int], int],
    examples: dict[str, list[Example]],
    chains: Chains,
    pronoun: Node,
    recent: Sequence[Node],
    quote_of: Mapping[int, int],
    *,
    min_probability: float,
) -> tuple[pronouns.Focus, float] | None:
    """`best_candidate`, which also notes the example that it sees."""

    def gold(node: Node) -> int | None:
        is_name, is_pronoun = node.mention.kind == "name", node.mention.kind == "pronoun"
        return chain_of.get(noun_phrase(doc, node.begin, node.end, node.head, is_name=is_name, is_pronoun=is_pronoun))

    foci = pronouns.candidates(chains, pronoun, recent)
    wanted, answer = gold(pronoun), len(foci)
    for at, focus in enumerate(foci):
        # a chain is right when its nearest mention is, or most of it
        owners = [gold(node) for node in chains.members(focus.root) if node.index < pronoun.index]
        if wanted is not None and (gold(focus.node) == wanted or owners.count(wanted) * 2 > len(owners)):
            answer = at
            break
    rows = [pronouns.features(chains, focus, pronoun, quote_of) for focus in foci]
    examples.setdefault(pronouns.family(pronoun) or "", []).append((rows, answer))
    return pronouns.best_candidate(chains, pronoun, recent, quote_of, min_probability=min_probability)


def fit(examples: list[Example]) -> tuple[dict[str, float], float]:
    """Feature -> weight, and the share of pronouns that the weights get right."""
    names = sorted({name for rows, _ in examples for row in rows for name in row})
    column = {name: at for at, name in enumerate(names)}
    width = len(names) + 1
    weights = np.zeros(width)
    matrices = []
    for rows, answer in examples:
        matrix = np.zeros((len(rows) + 1, width))
        for at, row in enumerate(rows):
            for name, value in row.items():
                matrix[at, column[name]] = value
        matrix[-1, -1] = 1.0
        matrices.append((matrix, answer))
    velocity = np.zeros(width)
    for _ in range(STEPS):
        gradient = L2 * weights
        for matrix, answer in matrices:
            scores = matrix @ weights
            odds = np.exp(scores - scores.max())
            gradient += (odds / odds.sum() @ matrix - matrix[answer]) / len(matrices)
        velocity = 0.9 * velocity - RATE * gradient
        weights = weights + velocity
    right = sum(int(np.argmax(matrix @ weights)) == answer for matrix, answer in matrices) / len(matrices)
    return {**{name: float(weights[at]) for name, at in column.items()}, "none": float(weights[-1])}, right


if __name__ == "__main__":
    main()
