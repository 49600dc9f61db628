"""The questions of a place as plain data, which the page shows as forms."""

from pathlib import Path
from typing import Any

from ...images.files.pictures import option_picture_problem
from ...quiz.model import GroupLayout
from ...reader.answers import Answers, Asked
from ...reader.forms import ButtonForm, QuestionForm, forms_of

PICTURES = "pictures"
"""The folder of the pictures in the page's address."""


class Forms:
    """``sets`` and ``given`` are what the page shows; ``pictures`` are the files it may ask for, by name."""

    def __init__(self, asked: Asked, answers: Answers, quiz_folder: Path, serial: int) -> None:
        self._answers, self._quiz_folder, self._serial = answers, quiz_folder, serial
        self.given: dict[str, list[str]] = {}
        self.pictures: dict[str, Path] = {}
        self.sets: list[dict[str, Any]] = [
            {
                "title": question_set.title,
                "questions": [self._question(form) for form in question_set.questions],
            }
            for question_set in forms_of(asked, answers, quiz_folder)
        ]

    def _question(self, form: QuestionForm) -> dict[str, Any]:
        question, key = form.question, f"{form.question_set}/{form.number}"
        self.given[key] = list(form.given)
        return {
            "key": key,
            "set": form.question_set,
            "number": form.number,
            "widget": question.facts.widget.value,
            "is_number": question.facts.number is not None,
            "title": form.title,
            "name": question.descriptor,
            "options": list(question.options),
            "horizontal": question.group_layout is GroupLayout.HORIZONTAL,
            "range": form.limits,
            "rows": list(question.rows),
            "minimum": question.minimum,
            "maximum": question.maximum,
            "step": question.step,
            "unit": question.unit,
            "lines": question.lines,
            "max_length": question.max_length,
            "takes_comma": question.facts.number is not None and not question.facts.number.is_whole,
            "required": question.required,
            "pictures": [self._picture(key, index, path) for index, path in enumerate(form.pictures)],
            "buttons": [self._button(form, button) for button in form.buttons],
        }

    def _picture(self, key: str, index: int, path: Path) -> str:
        """The address of a picture beside the quiz, empty where there is none that can be shown."""
        path = path.resolve()
        if not path.is_relative_to(self._quiz_folder.resolve()) or option_picture_problem(path) is not None:
            return ""
        # A name of its own for each place, so that a browser never shows the picture of another one.
        picture = f"{self._serial}-{key.replace('/', '-')}-{index}{path.suffix.lower()}"
        self.pictures[picture] = path
        return f"{PICTURES}/{picture}"

    def _button(self, form: QuestionForm, button: ButtonForm) -> dict[str, Any]:
        question, is_on = form.question, button.note == "on"
        color = question.button_color_on if is_on else question.button_color_off or question.button_color_on
        return {
            "label": button.label,
            "note": button.note,
            "color": f"rgb{color}" if color else "",
            "ink": "black" if color and _is_light(color) else "white",
            "runs": self._answers.runs_scripts,
        }


def _is_light(color: tuple[int, int, int]) -> bool:
    """Whether black is read better on it than white (relative luminance of WCAG 2)."""
    parts = [part / 255 for part in color]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2] > 0.179
