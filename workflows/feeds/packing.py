"""A gzip file in parts that are compressed one by one and still are one stream (RFC 1951, 1952).

Each part ends on a whole byte and looks back at nothing before it, so that it can be stored, sent as it is, or unpacked
by itself. Nobody ever holds the whole file.
"""

from __future__ import annotations

import hashlib
import struct
import zlib

#: No name, no time: equal content is equal bytes.
HEAD = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
#: An empty last block.
_END = b"\x03\x00"
_WRAPPING = len(HEAD) + len(_END) + 8


def pack(data: bytes) -> bytes:
    deflate = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
    return deflate.compress(data) + deflate.flush(zlib.Z_FULL_FLUSH)


def unpack(part: bytes) -> bytes:
    return zlib.decompressobj(-zlib.MAX_WBITS).decompress(part)


def tail(crc: int, size: int) -> bytes:
    return _END + struct.pack("<II", crc, size & 0xFFFFFFFF)


def packed_length(parts: int) -> int:
    """Of the whole stream, for the bytes that its parts have."""
    return parts + _WRAPPING


def next_crc(crc: int, data: bytes) -> int:
    return zlib.crc32(data, crc)


def next_digest(digest: str, data: bytes) -> str:
    """Names the content so far; the same for the same parts."""
    return hashlib.sha256(digest.encode() + hashlib.sha256(data).digest()).hexdigest()
