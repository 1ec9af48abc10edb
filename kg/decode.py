"""Bytes of a file -> text: compression, byte order marks, encodings, limits.

Nothing raises for bad content: what cannot be read comes back as an `Unreadable` with a reason code.
"""

__all__ = ["MAX_BYTES", "Unreadable", "decode", "inflate", "open_binary", "repair", "text_lines"]

import codecs
import gzip
import io
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, cast

#: Largest single document, and largest single record of a .jsonl or .csv, in bytes (after decompression).
MAX_BYTES = 128 * 1024 * 1024
#: A .gz that grows by more than this is a decompression bomb; news text grows 3 to 10 times, long runs of it 40.
MAX_RATIO = 250
_SAMPLE_BYTES = 256 * 1024
_CHUNK_BYTES = 1024 * 1024
_READ_ERRORS = (OSError, EOFError, zlib.error)

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_MAGIC = {
    b"%PDF-": "a PDF",
    b"PK\x03\x04": "a zip archive or an office document",
    b"\x89PNG": "a PNG image",
    b"GIF8": "a GIF image",
    b"\xff\xd8\xff": "a JPEG image",
    b"\x1f\x8b": "gzip data (name it .gz)",
    b"\x7fELF": "a program",
    b"{\\rtf": "an RTF document",
    b"SQLite format 3": "a database",
}
_WESTERN = frozenset("àâäáãåæçéèêëíìîïñóòôöõøœúùûüÿßÀÂÄÁÃÅÆÇÉÈÊËÍÎÏÑÓÔÖÕØŒÚÙÛÜŸ‘’‚“”„«»–—…•·€£§°©®™¡¿´\xa0½")
_CONTROLS = bytes(set(range(32)) - {9, 10, 12, 13, 27})
_DECLARED = re.compile(rb"""charset\s*=\s*["']?\s*([A-Za-z0-9_.:-]{2,40})""")
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Why a source item gives no document: a reason code for counting and a message for the report.

    Codes: empty, binary, unknown_format, no_permission, missing, not_a_file, about_file, too_large, damaged, bad_record,
    no_text, io.
    """

    reason: str
    message: str


def decode(raw: bytes, *, declared: bool = False) -> str | Unreadable:
    """The text of the bytes: by byte order mark, as UTF-8, else by the encoding that charset-normalizer finds.

    `declared` asks an HTML page for its own word before guessing. Newlines stay as they are; a byte order mark is kept
    out. Text with a few broken UTF-8 bytes stays UTF-8, each broken byte read as U+FFFD.
    """
    for bom, encoding in _BOMS:
        if raw.startswith(bom):
            return raw[len(bom) :].decode(encoding, "replace")
    for magic, what in _MAGIC.items():
        if raw.startswith(magic):
            return Unreadable("binary", f"It is {what}, not text.")
    sample = raw[:_SAMPLE_BYTES]
    if len(sample.translate(None, _CONTROLS)) < 0.95 * len(sample):
        return _decode_wide(raw) or Unreadable("binary", "It holds binary bytes, not text.")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        charset = _DECLARED.search(raw[:2048]) if declared else None
        return (charset and _decode_as(raw, charset[1].decode("ascii"))) or _decode_legacy(raw)


def inflate(raw: bytes, max_bytes: int = MAX_BYTES) -> bytes | Unreadable:
    """The bytes of a whole .gz; a bomb or a damaged file is Unreadable."""
    inflated = bytearray()
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(raw)) as stream:
            while chunk := stream.read(_CHUNK_BYTES):
                inflated += chunk
                if len(inflated) > max_bytes or _is_bomb(len(raw), len(inflated)):
                    return Unreadable("too_large", f"It unpacks to more than {len(inflated) - 1:,} bytes.")
    except _READ_ERRORS as exc:
        return Unreadable("damaged", f"It is not a whole gzip file: {exc}.")
    return bytes(inflated)


def open_binary(path: str) -> IO[bytes]:
    """The file opened for streaming, unpacked on the way where its name ends in .gz."""
    return cast(IO[bytes], gzip.open(path, "rb")) if path.lower().endswith(".gz") else open(path, "rb")  # noqa: PTH123


def text_lines(stream: IO[bytes], packed_bytes: int = 0, max_chars: int = MAX_BYTES) -> Iterator[str | Unreadable]:
    """The lines of a record file, newline kept, one at a time; a line too long or the end of a damaged file is Unreadable.

    Bytes that are not UTF-8 come as lone surrogates for `repair`, so that one bad record does not decide for all.
    `packed_bytes` is the size of a .gz on disk (0: not packed).
    """
    try:
        yield from _bounded_lines(_text_stream(stream), packed_bytes, max_chars)
    except _READ_ERRORS as exc:
        yield Unreadable("damaged", f"The rest of the file cannot be read: {exc}.")


def repair(text: str) -> str:
    """The text without lone surrogates: escaped bytes are decoded in their own encoding, others become U+FFFD."""
    if not _SURROGATE.search(text):
        return text
    try:
        decoded = decode(text.encode("utf-8", "surrogateescape"))
    except UnicodeEncodeError:
        decoded = Unreadable("binary", "lone surrogates")
    return decoded if isinstance(decoded, str) else _SURROGATE.sub("\ufffd", text)


class _Chained(io.RawIOBase):
    """A stream that gives the bytes read ahead first, then the rest."""

    def __init__(self, head: bytes, rest: IO[bytes]) -> None:
        self._head, self._rest = head, rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        chunk, self._head = (self._head[: len(buffer)], self._head[len(buffer) :]) if self._head else (b"", b"")
        chunk = chunk or self._rest.read(len(buffer))
        buffer[: len(chunk)] = chunk
        return len(chunk)


def _text_stream(stream: IO[bytes]) -> io.TextIOWrapper:
    start = stream.read(4)
    bom, encoding = next(((bom, name) for bom, name in _BOMS if start.startswith(bom)), (b"", "utf-8"))
    joined = io.BufferedReader(_Chained(start[len(bom) :], stream), _SAMPLE_BYTES)
    errors = "surrogateescape" if encoding == "utf-8" else "replace"
    return io.TextIOWrapper(joined, encoding=encoding, errors=errors, newline="")


def _bounded_lines(stream: io.TextIOWrapper, packed_bytes: int, max_chars: int) -> Iterator[str | Unreadable]:
    seen = 0
    while line := stream.readline(max_chars + 1):
        seen += len(line)
        if packed_bytes and _is_bomb(packed_bytes, seen):
            yield Unreadable("too_large", f"It unpacks to more than {seen - 1:,} characters: a decompression bomb.")
            return
        if len(line) <= max_chars:
            yield line
            continue
        yield Unreadable("too_large", f"A line has more than {max_chars:,} characters.")
        while line and not line.endswith(("\n", "\r")):
            line = stream.readline(max_chars)
            seen += len(line)
            if packed_bytes and _is_bomb(packed_bytes, seen):
                return


def _is_bomb(packed: int, unpacked: int) -> bool:
    return unpacked > 64 * 1024 * 1024 and unpacked > MAX_RATIO * packed


def _decode_as(raw: bytes, encoding: str) -> str | None:
    try:
        # pages that say latin-1 mean cp1252, as every browser knows
        name = codecs.lookup(encoding).name
        return raw.decode("cp1252" if name == "iso8859-1" else name, "replace")
    except (LookupError, UnicodeError):
        return None


def _decode_wide(raw: bytes) -> str | None:
    """UTF-16 without a byte order mark: every other byte of Western text is zero."""
    for offset, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        half = raw[offset:_SAMPLE_BYTES:2]
        if half and half.count(0) > 0.6 * len(half) and raw[1 - offset : _SAMPLE_BYTES : 2].count(0) < 0.1 * len(half):
            return raw.decode(encoding, "replace")
    return None


def _decode_legacy(raw: bytes) -> str | Unreadable:
    lenient = raw.decode("utf-8", "replace")
    broken = lenient.count("\ufffd")
    ascii_count = len(raw) - len(raw.translate(None, bytes(range(128))))
    if sum(1 for char in lenient[:_SAMPLE_BYTES] if char > "\x7f") >= 2 * broken:
        return lenient
    # charset-normalizer guesses wildly on a handful of high bytes: Western letters and quotes among ASCII are cp1252
    western = raw.decode("cp1252", "replace")
    high = [char for char in western[:_SAMPLE_BYTES] if char > "\x7f"]
    if ascii_count > 0.6 * len(raw) and sum(map(_WESTERN.__contains__, high)) >= 0.95 * len(high):
        return western
    from charset_normalizer import from_bytes

    best = from_bytes(raw[:_SAMPLE_BYTES]).best()
    if best is None:
        return Unreadable("binary", "Its bytes are text in no known encoding.")
    return raw.decode(best.encoding, "replace")
