"""Quiz.xsd, which XML editors use, and the reader say the same."""

from pathlib import Path

import pytest
from lxml import etree
from quiz_schema import documented
from quiz_text import image, page, question, read, session
from QuizLoaderLib.quiz.element_forms import WRONG_VALUE
from QuizLoaderLib.quiz.language import KEY_ROOT, LANGUAGE, ROOT

XS = "{http://www.w3.org/2001/XMLSchema}"
QUIZZES = Path(__file__).parents[2] / "Resources" / "Quizzes"
XSD = etree.parse(str(QUIZZES / "Quiz.xsd"))
SCHEMA = etree.XMLSchema(XSD)


def type_of(name: str):
    """The definition of an element's type: complex, simple, or None for one of XML Schema's own."""
    element = XSD.find(f".//{XS}element[@name='{name}']")
    assert element is not None, name
    if element.get("type") is None:
        return element.find(f"{XS}complexType")
    return named_type(element.get("type"))


def named_type(name: str):
    return next(
        (child for child in XSD.getroot() if child.get("name") == name and child.tag != f"{XS}element"), None
    )


def names_in(definition) -> set[str]:
    values = definition.iter(f"{XS}enumeration") if definition is not None else ()
    return {value.get("value") for value in values} - {""}


@pytest.mark.parametrize("name", LANGUAGE)
def test_elements_attributes_and_their_values_are_the_same(name):
    rule = LANGUAGE[name]
    definition = type_of(name)
    if rule.text is not None and not rule.attributes:
        assert names_in(definition) == set(rule.text.names)
        return
    attributes = {attribute.get("name"): attribute for attribute in definition.iter(f"{XS}attribute")}
    assert set(attributes) == set(rule.attributes)
    for attribute, of in rule.attributes.items():
        assert (attributes[attribute].get("use") == "required") is of.required
        assert names_in(named_type(attributes[attribute].get("type"))) == set(of.kind.names)
    children = {child.get("name") for child in definition.iter(f"{XS}element")}
    assert children == set(rule.children)


def test_the_roots_are_the_same():
    roots = [child.get("name") for child in XSD.getroot().iterchildren(f"{XS}element")]
    assert roots == [ROOT, KEY_ROOT]


def test_an_editor_can_show_what_everything_means():
    schema = (QUIZZES / "Quiz.xsd").read_text(encoding="utf-8")

    assert documented(schema) == schema, "run make schema"
    for place in XSD.iter(f"{XS}element", f"{XS}attribute"):
        assert place.findtext(f"{XS}annotation/{XS}documentation"), place.get("name")
    (fill,) = (value for value in XSD.iter(f"{XS}enumeration") if value.get("value") == "Fill")
    assert fill.findtext(f"{XS}annotation/{XS}documentation") == "a half transparent area"


def test_old_texts_of_the_schema_are_replaced_and_its_structure_stays():
    schema = (QUIZZES / "Quiz.xsd").read_text(encoding="utf-8")
    old = schema.replace("<xs:documentation>", "<xs:documentation>Formerly: ")
    without = etree.fromstring(schema.encode())
    for text in list(without.iter(f"{XS}annotation")):
        text.getparent().remove(text)

    assert documented(old) == schema
    again = etree.fromstring(documented(etree.tostring(without, encoding="unicode")).encode())
    found = [(element.tag, dict(element.attrib), element.text) for element in again.iter(f"{XS}*")]
    kept = [(element.tag, dict(element.attrib), element.text) for element in XSD.getroot().iter(f"{XS}*")]
    assert [(tag, given) for tag, given, _ in found] == [(tag, given) for tag, given, _ in kept]


def samples() -> list[tuple[str, str]]:
    """Quizzes with each attribute set to something that it takes, or not, or empty."""
    values = [
        "",
        "Y",
        "y",
        "0",
        "1",
        "-1",
        "0.5",
        "1.5",
        "nan",
        "1 2",
        "1 2 3",
        "0 40",
        "1 2 256",
        "1e3",
        "+3",
    ]
    found = []
    for element, written in (
        ("Session", lambda text: session(page(), attributes=text)),
        ("Page", lambda text: session(page(text))),
        ("Image", lambda text: session(page("", image(text)))),
        ("Question", lambda text: session(page("", question(f'Type="FloatValue" {text}', "a")))),
    ):
        for name, rule in LANGUAGE[element].attributes.items():
            if not rule.required:
                found += [(name, written(f'{name}="{value}"')) for value in [*values, *rule.kind.names]]
    return found


# The schema is the looser one where its numbers have no limits.
LOOSER = {"Opacity", "ContourToolRadius", "ZoomFactor", "WindowLevel", "MinMarkupLinesRequired"}
LOOSER |= {"MinMarkupLinesRequiredOnAnyImage", "IdleAfter", "Lines", "MaxLength", "Step"}
LOOSER |= {"Tolerance", "Points", "TimeLimit", "MinTime", "PassMark", "Attempts", "Prescription"}


@pytest.mark.parametrize(("name", "text"), samples())
def test_the_schema_takes_what_the_reader_takes(name, text, tmp_path):
    _, problems = read(tmp_path, text)
    taken = not any(problem.code == WRONG_VALUE for problem in problems)
    valid = SCHEMA.validate(etree.fromstring(text))
    assert valid or not taken, SCHEMA.error_log
    assert taken or not valid or name in LOOSER


@pytest.mark.parametrize("name", ["label-maps.xml", "segmentations.xml"])
def test_the_tutorials_are_valid(name):
    SCHEMA.assertValid(etree.parse(str(QUIZZES / "Tutorial" / name)))
