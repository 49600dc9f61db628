"""A template is a quiz with placeholders: pages that have one are repeated for each case.

``{case}`` is the case's name, ``{n}`` its number (``{n:03}`` with zeros), any other word a value of the case.
A word in a Path, also that of a Key, is a role: an image of the case, whose ``{word.type}`` is its Type and
``{word.dicom}`` Y for a DICOM series. ``{a|b}`` and ``{b|a}`` are two roles that change sides by chance, and
``{a|b.role}`` says which of them it is. ``{{`` and ``}}`` are braces.
"""

import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from . import templates
from .cases import AuthoringError, FoundCase
from .document import QuizDocument, SourceNode, escaped, load_document, without_escapes

SHIPPED = Path(templates.__file__).parent
OF_REGIONS = ("Segmentation", "LabelMap", "RTStruct")
PARTS = ("type", "dicom", "role", "path")
_BUILT_IN = ("case", "n")
_PLACEHOLDER = re.compile(r"\{\{|\}\}|\{([^{}<>\"\n]+)\}")
_COMMENT = re.compile(r"(<!--.*?-->)", re.DOTALL)
_SECTION = re.compile(r"(<!--.*?-->|<!\[CDATA\[.*?\]\]>)", re.DOTALL)
_WHOLE_ATTRIBUTE = r"""\s+[\w.:-]+\s*=\s*(?P<quote>["'])\{(?P<word>[^{}<>"\n]+)\}(?P=quote)"""
_NUMBERED = re.compile(r"n(?::0?([1-9]))?")
_FILLED = re.compile(rf"(?P<attribute>{_WHOLE_ATTRIBUTE})|{_PLACEHOLDER.pattern}")


@dataclass(frozen=True)
class Placeholder:
    """``names`` are two where chance decides, else one; ``part`` is one of ``PARTS`` or empty."""

    names: tuple[str, ...]
    part: str = ""

    @staticmethod
    def of(text: str) -> "Placeholder":
        text = without_escapes(text).strip()
        name, _, part = text.rpartition(".")
        if not name or part not in PARTS:
            name, part = text, ""
        return Placeholder(tuple(one.strip() for one in name.split("|")), part)


@dataclass
class Template:
    """``roles`` says of each image of a case whether it shows regions; ``columns`` are its other values."""

    path: Path
    document: QuizDocument
    roles: dict[str, bool] = field(default_factory=dict)
    columns: list[str] = field(default_factory=list)
    pairs: list[tuple[str, str]] = field(default_factory=list)

    @cached_property
    def runs(self) -> list[list[SourceNode]]:
        """The pages with placeholders, those that follow each other together."""
        runs: list[list[SourceNode]] = []
        was_repeated = False
        for node in self.document.root.elements:
            is_repeated = node.name == "Page" and bool(_words(self.document.source_of(node)))
            if is_repeated and was_repeated:
                runs[-1].append(node)
            elif is_repeated:
                runs.append([node])
            was_repeated = is_repeated
        return runs

    @property
    def description(self) -> str:
        """The first sentence of its first comment."""
        comment = _COMMENT.search(self.document.source)
        words = " ".join(comment[0][4:-3].split()) if comment else ""
        return words.partition(". ")[0].rstrip(".")


def shipped_templates() -> dict[str, Path]:
    return {path.stem: path for path in sorted(SHIPPED.glob("*.xml"))}


def load_template(name: str) -> Template:
    """A shipped template by its name, or one in a file. Raises AuthoringError and ProblemError."""
    path = shipped_templates().get(name) or Path(name)
    if not path.is_file() and not name.endswith(".xml"):
        hint = "those that come along are " + ", ".join(shipped_templates())
        raise AuthoringError(f"There is no template “{name}”.", hint)
    template = Template(path, load_document(path))
    _find_placeholders(template)
    return template


def fill(template: Template, cases: Sequence[FoundCase], seed: int) -> bytes:
    """The quiz of these cases. Which of two roles comes first is drawn from ``seed``, so that half of the
    cases have either order; the case's values say it under “a|b”. Raises AuthoringError."""
    document = QuizDocument(template.document.data)
    for pair in template.pairs:
        _draw_sides(pair, cases, seed)
    for run in template.runs:
        start, end = run[0].start, run[-1].end
        before = document.source[:start]
        between = before[len(before.rstrip()) :] or "\n"
        pages = between.join(_filled(template, document.source[start:end], case) for case in cases)
        document.replace(start, end, pages)
    return document.data


def _find_placeholders(template: Template) -> None:
    document = template.document
    inside = [node for run in template.runs for node in run]
    outside = QuizDocument(document.data)
    for node in inside:
        outside.remove(outside.root.elements[document.root.elements.index(node)])
    if stray := _words(outside.text):
        sentence = f"The template has the placeholder “{{{stray[0]}}}” outside a Page."
        raise AuthoringError(sentence, "a brace itself is written twice")
    if not inside:
        sentence = f"The template “{template.path.name}” has no placeholder, so nothing would come of a case."
        raise AuthoringError(sentence, "write {case} in the ID of the Page that is repeated")
    for page in inside:
        for image in (node for node in page.walk() if node.name == "Image"):
            _find_roles(template, image)
        for key in (node for node in page.walk() if node.name == "Key"):
            paths = [one.value for one in key.attributes if one.name == "Path"]
            _add_roles(template, [word for path in paths for word in _words(path)], is_of_regions=True)
    for page in inside:
        for word in _words(document.source_of(page)):
            _sort_in(template, Placeholder.of(word))


def _find_roles(template: Template, image: SourceNode) -> None:
    document = template.document
    types = [one.value for one in image.attributes if one.name == "Type"]
    has_rois = any(child.name == "ROIs" for child in image.elements)
    for path in (child for child in image.elements if child.name == "Path"):
        is_of_regions = has_rois or types[:1] in [[type_] for type_ in OF_REGIONS]
        _add_roles(template, _words(document.source_of(path)), is_of_regions)


def _add_roles(template: Template, words: Sequence[str], is_of_regions: bool) -> None:
    for placeholder in map(Placeholder.of, words):
        if not placeholder.part and not _is_built_in(placeholder):
            for name in placeholder.names:
                template.roles[name] = template.roles.get(name, False) or is_of_regions


def _sort_in(template: Template, placeholder: Placeholder) -> None:
    names = placeholder.names
    if len(names) > 2 or (len(names) == 2 and not all(name in template.roles for name in names)):
        raise AuthoringError(
            f"The placeholder “{'|'.join(names)}” has to name two images.", "each is a word in a Path"
        )
    if len(names) == 2 and (names[1], names[0]) not in template.pairs and names not in template.pairs:
        template.pairs.append((names[0], names[1]))
    for name in names:
        if placeholder.part and name not in template.roles:
            raise AuthoringError(
                f"The placeholder “{{{name}.{placeholder.part}}}” is about an image that no Path has."
            )
        if name not in template.roles and name not in template.columns and not _is_built_in(placeholder):
            template.columns.append(name)


def _is_built_in(placeholder: Placeholder) -> bool:
    (first, *others) = placeholder.names
    return not others and (first in _BUILT_IN or bool(_NUMBERED.fullmatch(first)))


def _words(source: str) -> list[str]:
    """What stands in braces, outside comments."""
    parts = (part for part in _SECTION.split(source) if not part.startswith("<!--"))
    return [found[1] for part in parts for found in _PLACEHOLDER.finditer(part) if found[1]]


def _draw_sides(pair: tuple[str, str], cases: Sequence[FoundCase], seed: int) -> None:
    chance = random.Random(f"{seed} {'|'.join(pair)}")
    first = [pair[number % 2] for number in range(len(cases))]
    chance.shuffle(first)
    for case, name in zip(cases, first, strict=True):
        case.values["|".join(pair)] = name


def _filled(template: Template, source: str, case: FoundCase) -> str:
    def value(word: str) -> str:
        return _value(template.roles, Placeholder.of(word), case)

    def put(found: re.Match[str]) -> str:
        whole = found[0]
        if found["attribute"]:
            text = escaped(value(found["word"]))
            start = whole.rindex("{", 0, whole.rindex("}"))
            return f"{whole[:start]}{text}{found['quote']}" if text else ""
        return whole[0] if whole in ("{{", "}}") else escaped(value(whole[1:-1]))

    def put_as_it_is(found: re.Match[str]) -> str:
        return value(found[1]) if found[1] else found[0][0]

    parts = _SECTION.split(source)
    for number in range(0, len(parts), 2):
        parts[number] = _FILLED.sub(put, parts[number])
    for number in range(1, len(parts), 2):
        if not parts[number].startswith("<!--"):
            text = _PLACEHOLDER.sub(put_as_it_is, parts[number][len("<![CDATA[") : -len("]]>")])
            parts[number] = "<![CDATA[" + text.replace("]]>", "]]]]><![CDATA[>") + "]]>"
    return "".join(parts)


def _value(roles: Mapping[str, bool], placeholder: Placeholder, case: FoundCase) -> str:
    name = placeholder.names[0]
    if len(placeholder.names) == 2:
        other = placeholder.names[1]
        key = "|".join(placeholder.names)
        is_first = case.values[key] == name if key in case.values else case.values[f"{other}|{name}"] == other
        name = name if is_first else other
    if name == "case":
        return case.shown_name
    if (numbered := _NUMBERED.fullmatch(name)) and name not in roles:
        return f"{case.number:0{numbered[1] or 1}}"
    if name not in roles:
        return case.values[name]
    image = case.images[name]
    if placeholder.part == "type":
        return "Segmentation" if roles[name] and not image.is_of_regions else image.type
    if placeholder.part == "dicom":
        return "Y" if image.is_dicom_series else ""
    return name if placeholder.part == "role" else image.path
