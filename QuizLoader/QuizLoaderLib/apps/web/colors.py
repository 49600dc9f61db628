"""Colours as a browser reads them; here they are (r, g, b) 0..255."""


def css_color(color: tuple[int, int, int]) -> str:
    return "#{:02x}{:02x}{:02x}".format(*color)
