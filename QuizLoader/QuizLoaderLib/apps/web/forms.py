"""The questions of a place as plain data, which the page shows as forms."""

from pathlib import Path
from typing import Any

from ...quiz.model import GroupLayout, Question
from ...quiz.question_types import Widget
from ...reader.answers import Answers, Asked
from ..shared.question_text import answer_range

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
                "title": "  ".join(part for part in (question_set.id, question_set.descriptor) if part),
                "questions": [
                    self._question(asked, set_number, number, question)
                    for number, question in enumerate(question_set.questions)
                ],
            }
            for set_number, question_set in enumerate(asked.question_sets)
        ]

    def _question(self, asked: Asked, set_number: int, number: int, question: Question) -> dict[str, Any]:
        key = f"{set_number}/{number}"
        given = self._answers.answer(asked.page, set_number, number)
        self.given[key] = list(given)
        form: dict[str, Any] = {
            "key": key,
            "set": set_number,
            "number": number,
            "widget": question.facts.widget.value,
            "is_number": question.facts.number is not None,
            "title": question.descriptor,
            "options": list(question.options),
            "horizontal": question.group_layout is GroupLayout.HORIZONTAL,
            "range": answer_range(question),
            "required": question.required,
        }
        if question.facts.widget is Widget.PICTURES:
            form["pictures"] = [
                self._picture(key, index, name) for index, name in enumerate(question.options)
            ]
        elif question.facts.widget is Widget.BUTTONS:
            form["buttons"] = [
                self._button(question, option, text)
                for option, text in zip(question.options, given, strict=True)
            ]
        return form

    def _picture(self, key: str, index: int, name: str) -> str:
        """The address of a picture beside the quiz, empty where there is none that can be shown."""
        path = (self._quiz_folder / name.replace("\\", "/")).resolve()
        if not path.is_relative_to(self._quiz_folder.resolve()) or not _is_picture(path):
            return ""
        # A name of its own for each place, so that a browser never shows the picture of another one.
        picture = f"{self._serial}-{key.replace('/', '-')}-{index}{path.suffix.lower()}"
        self.pictures[picture] = path
        return f"{PICTURES}/{picture}"

    def _button(self, question: Question, option: str, text: str) -> dict[str, Any]:
        from ...session.answers import DONE, ON, script_label

        is_on = text.endswith(ON)
        color = question.button_color_on if is_on else question.button_color_off or question.button_color_on
        return {
            "label": script_label(option),
            "note": "done" if text.endswith(DONE) else "on" if is_on else "",
            "color": f"rgb{color}" if color else "",
            "ink": "black" if color and _is_light(color) else "white",
            "runs": self._answers.runs_scripts,
        }


def _is_picture(path: Path) -> bool:
    from PIL import Image as Picture

    try:
        with Picture.open(path) as picture:
            picture.verify()
    except (OSError, SyntaxError, ValueError):
        return False
    return True


def _is_light(color: tuple[int, int, int]) -> bool:
    """Whether black is read better on it than white (relative luminance of WCAG 2)."""
    parts = [part / 255 for part in color]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2] > 0.179
