"""Which of a case's images is which: rules such as ``modality=CT thickness<=2 latest``."""

import operator
import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from ..quiz.values import number
from .cases import AuthoringError, FoundCase, FoundImage, composed

FACTS = {
    "name": "the path in the image folder",
    "modality": "of DICOM, as CT, MR, PT, RTSTRUCT, SEG",
    "description": "the series' description",
    "label": "the label of a structure set or segmentation",
    "thickness": "of a slice, in mm",
    "images": "how many files or frames",
    "date": "of the study, as 2024-05-31",
}
ORDERS = {
    "latest": ("when", -1),
    "earliest": ("when", 0),
    "largest": ("images", -1),
    "smallest": ("images", 0),
}
_SIGNS = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
_CONDITION = re.compile(r"(\w+)(<=|>=|!=|=|<|>)(.+)")


@dataclass(frozen=True)
class _FactTest:
    fact: str
    sign: str
    value: str

    def holds(self, image: FoundImage) -> bool:
        own = image.facts.get(self.fact, "")
        if self.sign in ("=", "!="):
            found = any(_is_like(own, value) for value in self.value.split(","))
            return found is (self.sign == "=")
        compared = self.value if isinstance(own, str) else number(self.value)
        return own != "" and bool(_SIGNS[self.sign](own, compared))


@dataclass(frozen=True)
class RoleRule:
    """Every condition holds; of several images that are left ``order`` takes one."""

    conditions: tuple[_FactTest, ...] = ()
    order: str = ""

    def candidates(self, images: Sequence[FoundImage]) -> list[FoundImage]:
        """The images that may be meant; more than one where the rule does not tell them apart."""
        found = [image for image in images if all(condition.holds(image) for condition in self.conditions)]
        if not self.order or len(found) < 2:
            return found
        fact, end = ORDERS[self.order]
        if any(not image.facts.get(fact) for image in found):
            return found
        # A fact is text of every image, or a number of every one.
        chosen = sorted(image.facts[fact] for image in found)[end]
        return [image for image in found if _is_as_far_as_known(image.facts[fact], chosen)]


def parse_rule(text: str) -> RoleRule:
    """A rule as it is typed: conditions and orders with spaces between; any other word is a pattern of the
    path. Raises AuthoringError."""
    conditions, order = [], ""
    try:
        words = shlex.split(text)
    except ValueError as fault:
        raise AuthoringError(f"The rule {text} has a quote without its other one.") from fault
    for word in words:
        found = _CONDITION.fullmatch(word)
        if word in ORDERS:
            order = word
        elif found is None:
            conditions.append(_FactTest("name", "=", f"*{word.strip('*')}*" if "*" not in word else word))
        elif found[1] not in FACTS:
            raise AuthoringError(
                f"A rule asks for “{found[1]}”, which nothing is known of.", f"known are {', '.join(FACTS)}"
            )
        else:
            conditions.append(_checked(_FactTest(*found.groups())))
    return RoleRule(tuple(conditions), order)


def _checked(condition: _FactTest) -> _FactTest:
    if condition.fact in ("thickness", "images"):
        try:
            for value in condition.value.split(","):
                number(value)
        except ValueError as fault:
            sentence = f"A rule compares {condition.fact} with “{condition.value}”, which is not a number."
            raise AuthoringError(sentence) from fault
    return condition


_KNOWN = {
    "ct": parse_rule("modality=CT"),
    "mr": parse_rule("modality=MR"),
    "pet": parse_rule("modality=PT"),
    "contours": RoleRule(),
    "expert": RoleRule(),
    "image": parse_rule("modality!=RTDOSE,RTIMAGE"),
    "current": parse_rule("modality!=RTDOSE,RTIMAGE latest"),
    "prior": parse_rule("modality!=RTDOSE,RTIMAGE earliest"),
}
"""Rules of roles for which none is given and whose name is in no file's name."""


def choose_images(
    case: FoundCase,
    images: Sequence[FoundImage],
    roles: Mapping[str, bool],
    rules: Mapping[str, RoleRule],
    prefix: str = "",
) -> None:
    """Give a case its image for each role; where there is none, or more than one, that is a fault.

    ``roles`` says of each whether it shows regions. Without a rule the role's name is a word in the path,
    else what the name is known to mean. ``prefix`` is the path of the source, whose words mean nothing.
    """
    for role, is_of_regions in roles.items():
        # A file that is no DICOM may be an image or a label map.
        fitting = [
            each for each in images if not (each.is_dicom_series if is_of_regions else each.is_of_regions)
        ]
        if role in rules:
            found = rules[role].candidates(fitting)
        else:
            found = _by_name(role, prefix, case.name, fitting) or _by_meaning(role, is_of_regions, fitting)
        if len(found) == 1:
            case.images[role] = found[0]
        elif not found:
            case.faults.append(f"nothing is there for “{role}”")
        else:
            case.faults.append(f"for “{role}” there are {len(found)} candidates: {_listed(found)}")


def _by_name(role: str, prefix: str, case: str, images: Sequence[FoundImage]) -> list[FoundImage]:
    paths = (composed(image.path.removeprefix(prefix)).removeprefix(f"{case}/") for image in images)
    role = composed(role)
    return [image for image, path in zip(images, paths, strict=True) if _words(role) in _words(path)]


def _words(text: str) -> str:
    """Each between blanks, so that the words of one text in a row are found in another."""
    words = re.findall(r"[^\W_]+", text.casefold())
    return f" {' '.join(words)} "


def _by_meaning(role: str, is_of_regions: bool, images: Sequence[FoundImage]) -> list[FoundImage]:
    rule = _KNOWN.get(role.casefold())
    of_kind = [image for image in images if image.is_of_regions == is_of_regions]
    return rule.candidates(of_kind) if rule is not None else []


def _listed(images: Sequence[FoundImage]) -> str:
    names = [image.path for image in images[:4]]
    return ", ".join(names) + (" and others" if len(images) > 4 else "")


def _is_as_far_as_known(own: str | float, chosen: str | float) -> bool:
    """Whether both may be the same: a day without a time is any time of it."""
    if isinstance(own, str) and isinstance(chosen, str):
        return own.startswith(chosen) or chosen.startswith(own)
    return own == chosen


def _is_like(own: str | float, value: str) -> bool:
    if not isinstance(own, str):
        return own == number(value)
    return fnmatchcase(composed(own).casefold(), composed(value).casefold())
