"""Which files a property takes: certificates, keys, data and small pictures, told by name and by content."""

from __future__ import annotations

from pathlib import PurePath

from connectors.property_values import LARGEST_FILE

_TEXT = frozenset({".pem", ".crt", ".cer", ".key", ".json", ".xml", ".csv", ".txt"})
#: How the content of these begins.
_MAGIC: dict[str, tuple[bytes, ...]] = {
    ".pdf": (b"%PDF-",),
    ".png": (b"\x89PNG\r\n\x1a\n",),
    ".jpg": (b"\xff\xd8\xff",),
    ".jpeg": (b"\xff\xd8\xff",),
}
#: Certificates in their binary form are a sequence of ASN.1.
_DER = frozenset({".crt", ".cer", ".der", ".p12", ".pfx", ".key"})
KINDS = tuple(sorted({*_TEXT, *_MAGIC, *_DER}))


def check_file(name: str, size: int, content: bytes) -> None:
    """`content` may be the beginning. Raises ValueError, with the cure as its text."""
    if size > LARGEST_FILE:
        raise ValueError(f"The file is too large; use at most {LARGEST_FILE // 1024} KiB.")
    suffix = PurePath(name).suffix.lower()
    if suffix not in KINDS:
        raise ValueError(f"A file of this type is not taken; use one of {', '.join(KINDS)}.")
    if not _fits(suffix, content):
        raise ValueError(
            f"The content is not that of a {suffix} file; choose the file that the name promises."
        )


def _fits(suffix: str, content: bytes) -> bool:
    if suffix in _MAGIC:
        return content.startswith(_MAGIC[suffix])
    is_der = content[:1] == b"\x30"
    return (suffix in _DER and is_der) or (suffix in _TEXT and _is_text(content))


def _is_text(content: bytes) -> bool:
    """UTF-8 without NUL; a letter that the end cuts in two does not count."""
    try:
        content.decode()
    except UnicodeDecodeError as error:
        return error.start >= len(content) - 3 and b"\0" not in content
    return b"\0" not in content
