"""A Key element becomes what is right: of a drawing under an Image, of marks under a Question."""

from .drawing_keys import DrawingKey, LesionKey
from .element_forms import MISSING_ATTRIBUTE, UNKNOWN_ATTRIBUTE, ElementForms, Values
from .elements import Element
from .image_folder import ImagePathError, relative_path
from .language import LANGUAGE
from .problems import error, warning

_OF_MARKS = ("Path", "ROI", "Tolerance", "None")
_OF_DRAWINGS = ("Region", "Path", "ROI", "Measure", "Full", "Zero", "Tolerance")


def drawing_key(forms: ElementForms, element: Element) -> DrawingKey | None:
    """None where it cannot be understood."""
    values = _values(forms, element, _OF_DRAWINGS)
    missing = [name for name in ("Region", "Path") if name.lower() not in values]
    for name in missing:
        sentence = f"Key of an Image has no {name}."
        forms.add(error(MISSING_ATTRIBUTE, sentence, line=element.line))
    if missing or not _is_path_settled(forms, element, values):
        return None
    return DrawingKey(line=element.line, **values)


def lesion_key(forms: ElementForms, element: Element) -> LesionKey | None:
    """None where it cannot be understood."""
    values = _values(forms, element, _OF_MARKS)
    if "path" not in values:
        if values.get("is_none"):
            return LesionKey(line=element.line, **values)
        hint = 'write None="Y" where there is nothing to mark'
        forms.add(error(MISSING_ATTRIBUTE, "Key of a Question has no Path.", hint, line=element.line))
        return None
    return LesionKey(line=element.line, **values) if _is_path_settled(forms, element, values) else None


def _values(forms: ElementForms, element: Element, names: tuple[str, ...]) -> Values:
    """Without what only a Key elsewhere has."""
    forms.children(element)
    values = forms.attributes(element)
    for name, rule in LANGUAGE["Key"].attributes.items():
        if name not in names and values.pop(rule.field, None) is not None:
            place = "an Image" if names is _OF_DRAWINGS else "a Question"
            sentence = f"{name} of a Key in {place} is not used."
            forms.add(warning(UNKNOWN_ATTRIBUTE, sentence, "delete it", line=element.line))
    return values


def _is_path_settled(forms: ElementForms, element: Element, values: Values) -> bool:
    """Makes it relative to the image folder, and tells where that cannot be."""
    try:
        values["path"] = relative_path(values["path"])
    except ImagePathError as fault:
        forms.add(fault.problem.at(line=element.line))
        return False
    return True
