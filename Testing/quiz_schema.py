"""Write what the quiz language means into ``Resources/Quizzes/Quiz.xsd``, for completion and help in editors.

The structure there is written by hand; the texts are those of the page of the quiz language.

Usage: python Testing/quiz_schema.py [--check]
"""

import argparse
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from xml.sax.saxutils import escape

REPOSITORY = Path(__file__).resolve().parents[1]
SCHEMA = REPOSITORY / "Resources" / "Quizzes" / "Quiz.xsd"

sys.path.insert(0, str(REPOSITORY / "docs"))

from generated_pages.quiz_language import TEXTS, default_in_words  # noqa: E402
from QuizLoaderLib.authoring.document import QuizDocument, SourceNode  # noqa: E402
from QuizLoaderLib.quiz.language import LANGUAGE  # noqa: E402

_ANNOTATION = re.compile(
    r">\s*<xs:annotation>.*?</xs:annotation>(\s*</xs:(?:attribute|element|enumeration)>)?", re.DOTALL
)


def documented(schema: str) -> str:
    """The schema with a text at each element, attribute and value; earlier texts are replaced."""
    plain = _ANNOTATION.sub(lambda found: "/>" if found[1] else ">", schema)
    document = QuizDocument(plain.encode())
    for node, text in _texts(document):
        words = escape(" ".join(re.sub(r"\[([^]]+)]\([^)]+\)", r"\1", text).replace("`", "").split()))
        line = document.source[document.source.rfind("\n", 0, node.start) + 1 : node.start]
        annotation = f"\n{line}  <xs:annotation><xs:documentation>{words}</xs:documentation></xs:annotation>"
        if node.closing == node.end:
            document.replace(node.end - 2, node.end, f">{annotation}\n{line}</{node.name}>")
        else:
            document.replace(node.opened, node.opened, annotation)
    return document.text


def _texts(document: QuizDocument) -> Iterator[tuple[SourceNode, str]]:
    """Places of the schema with what is to be said there."""
    values: dict[str, Mapping[str, str]] = {}
    for node in document.root.walk():
        name, owner = _value(node, "name"), _owner(node)
        if node.name == "xs:element":
            values.setdefault(_value(node, "type"), TEXTS[name].get("values", {}))
            yield node, TEXTS[name]["meaning"]
        elif node.name == "xs:attribute":
            texts, kind = TEXTS[owner]["attributes"][name], LANGUAGE[owner].attributes[name].kind
            values.setdefault(_value(node, "type"), texts.get("values", {}))
            default = default_in_words(owner, name, LANGUAGE[owner].attributes[name])
            end = "Required." if default == "required" else f"Default: {default}."
            yield node, f"{texts['meaning']} Takes: {kind.allowed}. {end}"
    for node in document.root.walk():
        if node.name == "xs:enumeration":
            meaning = values.get(_owner(node), {}).get(_value(node, "value"))
            if meaning:
                yield node, meaning


def _owner(node: SourceNode) -> str:
    """The name of the outermost definition that it is in."""
    while node.parent is not None and node.parent.name != "xs:schema":
        node = node.parent
    return _value(node, "name")


def _value(node: SourceNode, name: str) -> str:
    return next((one.value for one in node.attributes if one.name == name), "")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--check", action="store_true", help="write nothing; fail where the texts are old")
    is_check = parser.parse_args().check
    schema = SCHEMA.read_text(encoding="utf-8")
    text = documented(schema)
    if is_check and text != schema:
        sys.exit("Resources/Quizzes/Quiz.xsd is old: run make schema")
    if not is_check:
        SCHEMA.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
