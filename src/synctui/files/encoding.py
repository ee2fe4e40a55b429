"""Which encoding a subtitle is in, without ever risking its bytes.

A wrong guess can only spoil what is displayed or handed to an engine: rewriting works on the text of UTF-8, UTF-16 and
UTF-32 where decoding was proved reversible, and on the bytes themselves for everything else.
"""

from __future__ import annotations

import codecs
from dataclasses import dataclass, field

from synctui.files.faults import fail
from synctui.files.legacy import ISO_2022_JP, guess_legacy

_BOMS: tuple[tuple[bytes, str], ...] = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"PK\x03\x04", "a zip archive"),
    (b"PK\x05\x06", "a zip archive"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ", "an xz archive"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"Rar!", "a rar archive"),
    (b"%PDF", "a PDF document"),
    (b"\x1aE\xdf\xa3", "a Matroska video"),
    (b"\x7fELF", "a program"),
    (b"OggS", "an Ogg stream"),
    (b"RIFF", "a RIFF file"),
    (b"SQLite format 3", "a database"),
)
_WIDE = ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")
# Control characters that no text in any of the encodings has (ESC and SUB do occur in old ones).
_CONTROLS = bytes(code for code in range(32) if code not in (9, 10, 11, 12, 13, 26, 27))


@dataclass(frozen=True, slots=True)
class Decoded:
    """A file as text. `bom` is not part of `text`; `lossless`: encoding `text` again gives back the very bytes.

    Bytes that the encoding does not know are surrogate escapes. `exact`: a Unicode encoding without a single such byte,
    so that edited text can be encoded again. `tail` is an odd last byte of UTF-16.
    """

    text: str = field(repr=False)
    encoding: str
    bom: bytes
    lossless: bool
    exact: bool = False
    tail: bytes = b""


def decode(data: bytes) -> Decoded:
    """Return `data` as text in the encoding it most probably has.

    Raises OperationFailed `unsupported_content` for what is no text: NUL characters, archives, pictures.
    """
    for magic, what in _MAGIC:
        if data.startswith(magic):
            fail("unsupported_content", f"not a subtitle: {what}")
    encoding, bom = _by_bom(data)
    body = data[len(bom) :]
    if not encoding and b"\0" in body:
        encoding = _wide_without_bom(body)
    if encoding in _WIDE:
        return _decode_wide(body, encoding, bom)
    if b"\0" in body:
        fail("unsupported_content", "not a subtitle: it contains NUL bytes")
    _refuse_binary(body)
    return _decode_bytes(body, bom)


def _by_bom(data: bytes) -> tuple[str, bytes]:
    for bom, encoding in _BOMS:
        # FF FE 00 00 could begin UTF-16 as well, but no text begins with a NUL character.
        if data.startswith(bom):
            return encoding, bom
    return "", b""


def _wide_without_bom(body: bytes) -> str:
    even, odd = body[0::2].count(0), body[1::2].count(0)
    least = max(4, len(body) // 50)
    if odd >= least and even * 20 <= odd:
        return "utf-16-le"
    if even >= least and odd * 20 <= even:
        return "utf-16-be"
    return ""


def _decode_wide(body: bytes, encoding: str, bom: bytes) -> Decoded:
    unit = 2 if "16" in encoding else 4
    tail = body[len(body) - len(body) % unit :]
    body = body[: len(body) - len(tail)]
    try:
        text = body.decode(encoding, "surrogatepass")
    except UnicodeDecodeError:
        fail("unsupported_content", f"not a subtitle: it is no valid {encoding.upper()}")
    if "\0" in text:
        fail("unsupported_content", "not a subtitle: it contains NUL characters")
    if text.encode(encoding, "surrogatepass") != body:
        fail("unsupported_content", f"not a subtitle: it is no valid {encoding.upper()}")
    return Decoded(text, encoding, bom, True, True, tail)


def _decode_bytes(body: bytes, bom: bytes) -> Decoded:
    try:
        if not bom and any(escape in body for escape in ISO_2022_JP):
            return Decoded(body.decode("iso2022_jp"), "iso2022_jp", bom, False)
        return Decoded(body.decode("utf-8"), "utf-8", bom, True, True)
    except UnicodeDecodeError:
        pass
    text = body.decode("utf-8", "surrogateescape")
    encoding = "utf-8"
    if not bom and not _mostly_utf8(text):
        encoding = guess_legacy(body)
        text = body.decode(encoding, "surrogateescape")
    try:
        lossless = text.encode(encoding, "surrogateescape") == body
    except UnicodeEncodeError:
        lossless = False
    return Decoded(text, encoding, bom, lossless)


def _mostly_utf8(text: str) -> bool:
    """True when stray bytes are rare among the multi-byte characters: damaged UTF-8, not another encoding."""
    strays = sum(1 for char in text if "\udc80" <= char <= "\udcff")
    proper = sum(1 for char in text if char > "\x7f") - strays
    return proper >= 2 * strays


def _refuse_binary(body: bytes) -> None:
    sample = body[:65536]
    if len(sample) - len(sample.translate(None, _CONTROLS)) > len(sample) // 50:
        fail("unsupported_content", "not a subtitle: it is binary")
