"""OntoGUM's training part -> the weights of kg/nlp/pronouns.py, printed as they stand there.

    python scripts/fit_pronouns.py GUM_FOLDER

Softmax regression over the candidates of each pronoun and the outcome "none", by gradient descent with L2, no chance in it. Chains
before the pronoun are the sieve's own, so that the weights fit what they will see.
"""

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from eval_coref import noun_phrase, read_chains, read_doc, read_turns, sieve_chains

from kg.nlp import coref, pronouns
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
    nlp, names = load_pipeline(), load_names()
    examples: dict[str, list[Example]] = {}
    real = pronouns.best_candidate

    for path in sorted((gum / "ontogum" / "train").glob("*.conll")):
        source = gum / "train" / f"{path.stem}.conllu"
        doc = read_doc(source, nlp)
        chain_of = {span: number for number, chain in enumerate(read_chains(path)) for span in chain}

        def span_of(node: Node) -> tuple[int, int]:
            is_name, is_pronoun = node.mention.kind == "name", node.mention.kind == "pronoun"
            return noun_phrase(doc, node.begin, node.end, node.head, is_name=is_name, is_pronoun=is_pronoun)  # noqa: B023

        def watch(
            chains: Chains, pronoun: Node, recent: Sequence[Node], quote_of: Mapping[int, int], *, min_probability: float
        ) -> tuple[pronouns.Focus, float] | None:
            foci = pronouns.candidates(chains, pronoun, recent)
            gold = chain_of.get(span_of(pronoun))  # noqa: B023
            answer = len(foci)
            for at, focus in enumerate(foci):
                # a chain counts as right when its nearest mention is, or most of it
                owners = [chain_of.get(span_of(node)) for node in chains.members(focus.root) if node.index < pronoun.index]  # noqa: B023
                if gold is not None and (chain_of.get(span_of(focus.node)) == gold or owners.count(gold) * 2 > len(owners)):  # noqa: B023
                    answer = at
                    break
            rows = [pronouns.features(chains, focus, pronoun, quote_of) for focus in foci]
            examples.setdefault(pronouns.family(pronoun) or "", []).append((rows, answer))
            return real(chains, pronoun, recent, quote_of, min_probability=min_probability)

        coref.best_candidate = watch
        sieve_chains(doc, names, read_turns(source, doc))
    coref.best_candidate = real
    return examples


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
