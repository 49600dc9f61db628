"""What a browser may tell a view of pointer and keys.

VTK's vtkRemoteInteractionAdapter (9.5) ends the process where a field is missing, is no number, or counts
fingers that are none.
"""

import math
from collections.abc import Mapping
from typing import Any

_KEYS = ("altKey", "shiftKey")
_ON_VIEW = ("x", "y", "w", "h", "ctrlKey", *_KEYS)
_BUTTONS = [f"{which}Button{what}" for which in ("Left", "Middle", "Right") for what in ("Press", "Release")]
_GESTURES = {"Pinch": ("factor",), "Pan": (), "Rotate": ("rotation",)}
_NUMBERS = {
    **dict.fromkeys(("MouseEnter", "MouseLeave"), ()),
    **dict.fromkeys(("MouseMove", *_BUTTONS), _ON_VIEW),
    "MouseWheel": (*_ON_VIEW, "spinY"),
    **dict.fromkeys(("KeyDown", "KeyPress", "KeyUp"), ("controlKey", "keyCode", *_KEYS)),
    **{
        f"{when}{gesture}": ("w", "h", *numbers)
        for gesture, numbers in _GESTURES.items()
        for when in ("Start", "", "End")
    },
}
"""The numbers that belong to each type of event."""
_IF_THERE = ("shiftKey", "steps")
_FURTHEST = 100_000
_LONGEST_KEY = 32


def checked_event(event: object) -> dict[str, Any] | None:
    """The event with the fields of its type alone, None where it is none that does anything."""
    if not isinstance(event, dict) or not isinstance(event.get("type"), str):
        return None
    kind = event["type"]
    names = _NUMBERS.get(kind)
    if names is None or not _are_numbers(event, names):
        return None
    found = {
        "type": kind,
        **{name: event[name] for name in (*names, *_IF_THERE) if _is_number(event.get(name))},
    }
    if any(event[name] <= 0 for name in ("w", "h") if name in names):
        return None
    if kind.startswith("Key"):
        key = event.get("key")
        if not isinstance(key, str) or not key.isprintable() or len(key) > _LONGEST_KEY:
            return None
        found["key"] = key
    elif kind.endswith(tuple(_GESTURES)):
        fingers, moved = event.get("positions"), event.get("translation", [0, 0])
        if not isinstance(fingers, list) or not fingers or not all(map(_is_place, fingers)):
            return None
        if not isinstance(moved, list) or len(moved) != 2 or not all(map(_is_number, moved)):
            return None
        found |= {"positions": [{name: each[name] for name in ("x", "y")} for each in fingers]}
        found["translation"] = moved
    return found


def _is_place(value: object) -> bool:
    return isinstance(value, dict) and _are_numbers(value, ("x", "y"))


def _are_numbers(values: Mapping[object, object], names: tuple[str, ...]) -> bool:
    return all(_is_number(values.get(name)) for name in names)


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and math.isfinite(value) and abs(value) <= _FURTHEST
