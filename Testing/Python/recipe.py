"""A recipe of the documentation is followed to the letter."""

import re
from pathlib import Path


def follow(recipe: Path, folder: Path) -> set[str]:
    """Do what the blocks of code say, each of the file in its first line; the files that were changed."""
    changed = set()
    blocks = re.findall(
        r"^```(diff|python)\n# (\S+)\n(.*?)^```", recipe.read_text(encoding="utf-8"), re.M | re.S
    )
    for kind, name, text in blocks:
        file = folder / name
        changed.add(name)
        if kind == "python":
            file.write_text(text, encoding="utf-8")
            continue
        lines = file.read_text(encoding="utf-8").splitlines()
        place = 0
        for line in text.splitlines():
            if line[0] == "+":
                lines.insert(place, line[1:])
                place += 1
            else:
                place = lines.index(line[1:], place) + (line[0] == " ")
                if line[0] == "-":
                    del lines[place]
        file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return changed
