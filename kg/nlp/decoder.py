"""Scores of the network -> label sequences and dependency trees; numpy only."""

__all__ = ["best_heads", "best_names", "name_transitions", "spans"]

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

# a single root arc costs so much that the best tree never takes two
ROOT_PENALTY = 1e4
FORBIDDEN = -1e9


def name_transitions(labels: Sequence[str]) -> Floats:
    """0 where label j may follow label i, FORBIDDEN where `I-x` would follow anything but `B-x` or `I-x`."""
    allowed = np.zeros((len(labels), len(labels)), np.float32)
    for j, label in enumerate(labels):
        if label.startswith("I-"):
            allowed[[other[2:] != label[2:] for other in labels], j] = FORBIDDEN
    return allowed


def best_names(scores: Floats, labels: Sequence[str], transitions: Floats) -> list[int]:
    """Label numbers of the best allowed BIO sequence (Viterbi); `scores[i, j]` is word i with label j."""
    if not len(scores):
        return []
    greedy = scores.argmax(1)
    outside = labels.index("O")
    before = np.concatenate(([outside], greedy[:-1]))
    # the greedy sequence is nearly always allowed already, and then it is the best one
    if (transitions[before, greedy] == 0).all():
        return greedy.tolist()  # type: ignore[no-any-return]
    total = scores[0] + transitions[outside]
    back = []
    for row in scores[1:]:
        paths = total[:, None] + transitions
        best = paths.argmax(0)
        back.append(best)
        total = paths[best, np.arange(len(labels))] + row
    path = [int(total.argmax())]
    for best in reversed(back):
        path.append(int(best[path[-1]]))
    return path[::-1]


def spans(labels: Sequence[str]) -> list[tuple[int, int, str]]:
    """(begin, end, kind) of each name in a BIO sequence."""
    found: list[tuple[int, int, str]] = []
    for i, label in enumerate(labels):
        if label.startswith("B-"):
            found.append((i, i + 1, label[2:]))
        elif label.startswith("I-") and found and found[-1][1] == i:
            begin, _, kind = found[-1]
            found[-1] = (begin, i + 1, kind)
    return found


def best_heads(scores: Floats) -> list[int]:
    """Head of each word in the best tree with a single root; 0 is the root, words count from 1.

    Args:
        scores: `scores[i, j]` is word i + 1 under head j, with column 0 for the root: n rows, n + 1 columns.

    Returns:
        n head numbers in 0..n.

    References:
        Chu and Liu 1965, Edmonds 1967. The greedy heads are taken where they already are such a tree (nearly always).
    """
    n = len(scores)
    square = np.full((n + 1, n + 1), FORBIDDEN, np.float64)
    square[1:] = scores
    np.fill_diagonal(square, FORBIDDEN)
    heads = square.argmax(1)
    heads[0] = -1
    if int((heads == 0).sum()) != 1 or _cycle(heads):
        square[1:, 0] -= ROOT_PENALTY
        heads = _maximum_tree(square)
    return heads[1:].tolist()  # type: ignore[no-any-return]


def _cycle(heads: NDArray[np.intp]) -> list[int]:
    """Nodes of one cycle, or nothing."""
    seen = [0] * len(heads)
    for start in range(1, len(heads)):
        node = start
        while node > 0 and not seen[node]:
            seen[node] = start
            node = int(heads[node])
        if node > 0 and seen[node] == start:
            cycle, node_ = [node], int(heads[node])
            while node_ != node:
                cycle.append(node_)
                node_ = int(heads[node_])
            return cycle
    return []


def _maximum_tree(scores: NDArray[np.float64]) -> NDArray[np.intp]:
    """Chu-Liu/Edmonds by contraction: heads of the best arborescence rooted at node 0 (head -1)."""
    heads: NDArray[np.intp] = scores.argmax(1)
    heads[0] = -1
    cycle = _cycle(heads)
    if not cycle:
        return heads
    inside = np.array(cycle)
    outside = np.setdiff1d(np.arange(len(scores)), inside)
    m = len(outside)
    gain = scores[np.ix_(inside, outside)] - scores[inside, heads[inside]][:, None]
    enter, leave = gain.argmax(0), scores[np.ix_(outside, inside)].argmax(1)
    smaller = np.full((m + 1, m + 1), FORBIDDEN, np.float64)
    smaller[:m, :m] = scores[np.ix_(outside, outside)]
    smaller[m, :m] = gain.max(0)
    smaller[:m, m] = scores[np.ix_(outside, inside)].max(1)
    smaller[0] = FORBIDDEN
    below = _maximum_tree(smaller)
    result: NDArray[np.intp] = heads.copy()
    for i in range(1, m):
        result[outside[i]] = inside[leave[i]] if below[i] == m else outside[below[i]]
    door = inside[enter[below[m]]]
    result[door] = outside[below[m]]
    return result
