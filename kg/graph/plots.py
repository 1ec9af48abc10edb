"""Numbers with names, or dates -> a small chart as SVG text, written by hand so that it needs no library."""

__all__ = ["bar_chart", "histogram", "write_plot"]

import datetime as dt
import os
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from xml.sax.saxutils import escape

from kg.errors import ExportError

_WIDTH, _ROW, _FONT = 720, 24, "font-family='system-ui, sans-serif' font-size='13'"
_MAX_LABEL = 34
_INK, _BAR = "#1f2933", "#2f6f9f"


def bar_chart(title: str, bars: Sequence[tuple[str, float]]) -> str:
    """Horizontal bars, in the order given."""
    top = max((value for _, value in bars), default=0.0) or 1.0
    left, right = 250, 70
    parts = []
    for row, (label, value) in enumerate(bars):
        y = 48 + row * _ROW
        length = max(0.0, value / top) * (_WIDTH - left - right)
        parts.append(
            f"<text x='{left - 8}' y='{y + 13}' text-anchor='end'>{_clean(label)}<title>{_clean(label, 200)}</title></text>"
        )
        parts.append(f"<rect x='{left}' y='{y}' width='{length:.1f}' height='{_ROW - 6}' fill='{_BAR}'/>")
        parts.append(f"<text x='{left + length + 6:.1f}' y='{y + 13}'>{value:.3g}</text>")
    return _svg(title, 64 + len(bars) * _ROW, parts)


def histogram(title: str, dates: Sequence[str]) -> str:
    """How many of the ISO dates fall on each day, month or year, whichever gives at most 60 bars; empty dates are left out."""
    days = sorted(date for date in dates if date)
    length, slots = _slots(days)
    counts = Counter(day[:length] for day in days)
    top = max(counts.values(), default=0) or 1
    height, left = 220, 40
    step = (_WIDTH - left - 20) / max(len(slots), 1)
    parts = [
        f"<line x1='{left}' y1='{height + 48}' x2='{_WIDTH - 20}' y2='{height + 48}' stroke='{_INK}'/>",
        f"<text x='{left - 6}' y='58' text-anchor='end'>{top}</text>",
    ]
    every = max(1, len(slots) // 8)
    for at, slot in enumerate(slots):
        tall = counts[slot] / top * height
        x = left + at * step
        if tall:
            parts.append(
                f"<rect x='{x + step * 0.1:.1f}' y='{48 + height - tall:.1f}' width='{step * 0.8:.1f}' height='{tall:.1f}'"
                f" fill='{_BAR}'><title>{slot}: {counts[slot]}</title></rect>"
            )
        if at % every == 0:
            parts.append(f"<text x='{x + step / 2:.1f}' y='{height + 66}' text-anchor='middle'>{slot}</text>")
    return _svg(title, height + 84, parts)


def write_plot(svg: str, path: Path) -> None:
    """Write the chart, by writing beside the file and renaming.

    Raises:
        ExportError: the file does not end in .svg, or cannot be written.
    """
    if path.suffix.lower() != ".svg":
        raise ExportError(
            f"{path}: charts are written as .svg, which browsers, Word and Inkscape open and turn into .png."
        )
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        beside.write_text(svg, encoding="utf-8", newline="\n")
        beside.replace(path)
    except OSError as exc:
        raise ExportError(f"{path} cannot be written: {exc.strerror or exc}.") from exc
    finally:
        beside.unlink(missing_ok=True)


def _slots(days: Sequence[str]) -> tuple[int, list[str]]:
    """Length of the part of a date that names a bar, and all bars from the first to the last."""
    if not days:
        return 4, []
    first, last = dt.date.fromisoformat(days[0]), dt.date.fromisoformat(days[-1])
    span = (last - first).days
    if span < 60:
        return 10, [(first + dt.timedelta(days=day)).isoformat() for day in range(span + 1)]
    months = (last.year - first.year) * 12 + last.month - first.month
    if months < 60:
        starts = range(first.year * 12 + first.month - 1, first.year * 12 + first.month + months)
        return 7, [f"{month // 12:04d}-{month % 12 + 1:02d}" for month in starts]
    return 4, [f"{year:04d}" for year in range(first.year, last.year + 1)]


def _clean(text: str, longest: int = _MAX_LABEL) -> str:
    """The text without letters that XML forbids, cut and escaped."""
    legal = "".join(c if c.isprintable() else " " for c in text)
    short = legal if len(legal) <= longest else legal[: longest - 1] + "…"
    return escape(short.encode("utf-8", "replace").decode(), {"'": "&#39;", '"': "&quot;"})


def _svg(title: str, height: int, parts: Sequence[str]) -> str:
    head = (
        f"<svg xmlns='http://www.w3.org/2000/svg' width='{_WIDTH}' height='{height}' viewBox='0 0 {_WIDTH} {height}'"
        f" role='img' {_FONT} fill='{_INK}'>\n<title>{_clean(title, 200)}</title>\n"
        f"<rect width='{_WIDTH}' height='{height}' fill='#ffffff'/>\n"
        f"<text x='16' y='28' font-size='16' font-weight='600'>{_clean(title, 80)}</text>\n"
    )
    return head + "\n".join(parts) + "\n</svg>\n"
