"""Texts for the reader: Slicer translates them, elsewhere they stay as they are."""

try:
    from slicer.i18n import tr
except ImportError:

    def tr(text: str) -> str:
        return text


__all__ = ["tr"]
