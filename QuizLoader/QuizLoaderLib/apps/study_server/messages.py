"""What a browser says to the server of its client, looked at before a reader's process gets it.

A frame of wslink has 12 bytes (number of the message, offset of this part, length of the whole; each
little-endian) and MessagePack. wslink would make room for whatever length is named.
"""

from dataclasses import dataclass

MOST_BYTES = 256 * 1024
"""Of one message. The longest are answers that are typed."""

_HEADER_BYTES = 12
_ALLOWED = (
    "wslink.hello",
    "trame.state.get",
    "trame.trigger",
    "trame.lifecycle.update",
    "trame.error.client",
    "trame.rca.size",
    "trame.rca.event",
    "trame.rca.drop",
    "trame.rca.reset",
    "trame.rca.video.codecs",
    "trame.rca.video.negotiate",
)
"""What the client calls. Not among them: to end the process, and to put something into its state, which would
grow without bounds."""
_BY_ITSELF = "alive"
"""What the client asks by itself, every few seconds, to see whether the server answers."""


class BadMessageError(Exception):
    """No message that the client would send."""


@dataclass(frozen=True)
class Message:
    """``is_allowed`` says whether the reader's process may have it, ``is_from_reader`` whether the reader did
    something."""

    is_allowed: bool
    is_from_reader: bool


def read_message(frame: bytes) -> Message:
    """Raises BadMessageError for what is too long, in parts, or no call."""
    import msgpack

    if not _HEADER_BYTES < len(frame) <= MOST_BYTES:
        raise BadMessageError("its length")
    offset, length = (int.from_bytes(frame[start : start + 4], "little") for start in (4, 8))
    if offset or length != len(frame) - _HEADER_BYTES:
        raise BadMessageError("its parts")
    try:
        call: object = msgpack.unpackb(frame[_HEADER_BYTES:], strict_map_key=False)
    except (ValueError, TypeError, msgpack.UnpackException) as fault:
        raise BadMessageError("its form") from fault
    if not isinstance(call, dict) or not all(isinstance(call.get(key), str) for key in ("id", "method")):
        raise BadMessageError("its content")
    arguments = call.get("args")
    first = arguments[0] if isinstance(arguments, list) and arguments else None
    return Message(
        call["method"] in _ALLOWED,
        call["method"] != "wslink.hello" and first != _BY_ITSELF,
    )
