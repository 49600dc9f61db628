"""The page of the quiz language: every element and attribute, what it takes, its default, and its codes."""

import re
from collections.abc import Mapping
from dataclasses import MISSING, fields
from enum import Enum
from pathlib import Path
from typing import Any

import yaml
from QuizLoaderLib.quiz import model
from QuizLoaderLib.quiz.language import LANGUAGE, AttributeRule, ElementRule

from .all_codes import all_codes
from .markdown import anchor, code, page, table

TEXTS: dict[str, dict[str, Any]] = yaml.safe_load(
    Path(__file__).with_suffix(".yml").read_text(encoding="utf-8")
)
MODELS = {
    "Session": model.Quiz,
    "Page": model.Page,
    "Image": model.Image,
    "ROIs": model.RoiVisibility,
    "QuestionSet": model.QuestionSet,
    "Question": model.Question,
    "Explanation": model.Explanation,
    "Key": model.DrawingKey,
    "Isodose": model.Isodose,
}
ALL_CODES = all_codes()
CODES_OF_VALUES = ("Q113",)
CODES_OF_REQUIRED = ("Q114",)
WORDS_OF_MANY_RULES = frozenset(
    ("Descriptor", "ID", "Image", "Layer", "Option", "Page", "Path", "Required", "Session", "Type")
)
"""Their codes are in the table of texts."""
_DEEPEST = 4
"""Questions lie in questions only as the form of a mark."""
INTRODUCTION = """\
A quiz is an XML file whose root is `Session`. Names and values are case sensitive. An element or
attribute that the language does not have is left out with a warning ([Q110](problem-codes.md#q110),
[Q111](problem-codes.md#q111)); a value that does not fit is an error ([Q113](problem-codes.md#q113)),
and so is a required one that is missing ([Q114](problem-codes.md#q114), [Q115](problem-codes.md#q115)).
An element that may occur once and occurs again is [Q116](problem-codes.md#q116).

For XML editors there is a schema,
[Quiz.xsd](https://github.com/QuizLoader/SlicerQuizLoader/blob/main/Resources/Quizzes/Quiz.xsd).
It knows the structure; `quizloader check` knows the rules too. Put it beside the quiz and name it in the
root, and an editor such as Visual Studio Code with its XML extension completes names and values, and
shows what this page says of them under the pointer:

```xml
<Session xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation="Quiz.xsd">
    <Page ID="Patient 1">
        <Image ID="MR" Type="Volume">
            <Path>Patient1/mr.nrrd</Path>
        </Image>
        <QuestionSet>
            <Question Type="Text" Descriptor="Findings">
                <Option>Findings</Option>
            </Question>
        </QuestionSet>
    </Page>
</Session>
```

This page is made from the tables by which the program reads a quiz, so it lists all that there is."""


def quiz_language() -> str:
    return page(
        "# The quiz language",
        INTRODUCTION,
        "## How the elements lie in each other",
        "```text\n" + "\n".join(_tree("Session")) + "\n```",
        *(part for name, rule in LANGUAGE.items() for part in _element(name, rule)),
    )


def _tree(name: str, depth: int = 0) -> list[str]:
    lines = ["    " * depth + name]
    for child in LANGUAGE[name].children if depth < _DEEPEST else ():
        lines += _tree(child, depth + 1)
    return lines


def _element(name: str, rule: ElementRule) -> list[str]:
    texts = TEXTS[name]
    facts = []
    if rule.text is not None:
        facts.append(f"Its text: {rule.text.allowed}.")
        if default := texts.get("default") or _default_of_text(rule):
            facts.append(f"Default: {default}.")
    if rule.children:
        children = (
            f"[{child}](#{anchor(child)}) ({'once' if once else 'any number'})"
            for child, once in rule.children.items()
        )
        facts.append("Elements in it: " + ", ".join(children) + ".")
    parts = [f"## {name} {{#{anchor(name)}}}", texts["meaning"], " ".join(facts), _values(texts, rule.text)]
    if found := _codes(name, texts, ()):
        parts.append(f"Codes: {found}.")
    if rule.attributes:
        rows = [_row(name, attribute, each) for attribute, each in rule.attributes.items()]
        parts.append(table(["attribute", "takes", "default"], rows))
    parts.append(f"```xml\n{texts['example'].rstrip()}\n```")
    for attribute, each in rule.attributes.items():
        parts += _attribute(name, attribute, each)
    return parts


def _row(element: str, name: str, rule: AttributeRule) -> tuple[str, str, str]:
    return (
        f"[`{name}`](#{anchor(f'{element} {name}')})",
        rule.kind.allowed,
        default_in_words(element, name, rule),
    )


def _attribute(element: str, name: str, rule: AttributeRule) -> list[str]:
    texts = TEXTS[element]["attributes"][name]
    general = (*CODES_OF_VALUES * (rule.kind.allowed != "text"), *CODES_OF_REQUIRED * rule.required)
    found = _codes(name, texts, general)
    return [
        f"### {element}: {name} {{#{anchor(f'{element} {name}')}}}",
        texts["meaning"],
        _values(texts, rule.kind),
        f"Takes: {rule.kind.allowed}. Default: {default_in_words(element, name, rule)}. "
        f'Example: `{name}="{texts["example"]}"`.' + (f" Codes: {found}." if found else ""),
    ]


def _values(texts: Mapping[str, Any], kind: Any) -> str:
    meanings: Mapping[str, str] = texts.get("values", {})
    if kind is None or not meanings:
        return ""
    return table(["value", "means"], [(code(name), meanings[name]) for name in kind.names])


def _codes(name: str, texts: Mapping[str, Any], general: tuple[str, ...]) -> str:
    """Those whose meaning names it, and those that the table of texts adds."""
    named = {entry.code for entry in ALL_CODES if re.search(rf"\b{name}\b", entry.meaning)}
    if name in WORDS_OF_MANY_RULES:
        named = set()
    wanted = sorted({*named, *texts.get("codes", ()), *general})
    return ", ".join(f"[{each}](problem-codes.md#{anchor(each)})" for each in wanted)


def default_in_words(element: str, name: str, rule: AttributeRule) -> str:
    texts = TEXTS[element]["attributes"][name]
    if rule.required:
        return "required"
    return texts.get("default") or _written(_default_of(MODELS[element], rule.field)) or "none"


def _default_of_text(rule: ElementRule) -> str:
    known = {field.name for field in fields(model.Image)}
    return _written(_default_of(model.Image, rule.model_field)) if rule.model_field in known else ""


def _default_of(of: type, name: str) -> object:
    (field,) = (each for each in fields(of) if each.name == name)
    return None if field.default is MISSING else field.default


def _written(value: object) -> str:
    """A value of the model as an author writes it; empty where there is none."""
    if isinstance(value, bool):
        return "Y" if value else "N"
    if isinstance(value, Enum):
        return str(value.value)
    return "" if value is None else f"{value}"
