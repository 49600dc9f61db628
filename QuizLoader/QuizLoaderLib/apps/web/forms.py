"""The questions of a place as plain data, which the page shows as forms."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ...images.files.pictures import option_picture_problem
from ...quiz.feedback import Explanation
from ...quiz.markdown import html_of
from ...quiz.question_types import GroupLayout, Takes
from ...reader.answers import Answers, Asked, Where
from ...reader.feedback import PageFeedback, Told
from ...reader.forms import ButtonForm, QuestionForm, forms_of, title_in_form

PICTURES = "pictures"
"""The folder of the pictures in the page's address."""


class Forms:
    """``sets`` and ``given`` are what the page shows; ``pictures`` are the files it may ask for, by name.

    The ``form`` of a Mark is there once, with {} in place of the number of a mark, for all of its ``marks``.
    """

    def __init__(
        self,
        asked: Asked,
        answers: Answers,
        quiz_folder: Path,
        serial: int,
        before: "Forms | None" = None,
    ) -> None:
        self._answers, self._quiz_folder, self._serial = answers, quiz_folder, serial
        self.given: dict[str, list[str]] = {}
        self.pictures: dict[str, Path] = {}
        self._known: dict[Where, QuestionForm] = {}
        self.sets: list[dict[str, Any]] = [
            {"title": question_set.title, "questions": self._questions(question_set.questions)}
            for question_set in forms_of(asked, answers, quiz_folder, before._known if before else None)
        ]
        self.told = self._told(asked.feedback)
        self.drawings: list[dict[str, Any]] = [
            {
                "title": drawing.title,
                "kind": drawing.verdict.name.lower(),
                "sentences": list(drawing.told.sentences),
                "can_go": drawing.farthest_ras is not None,
            }
            for drawing in (asked.feedback.drawings if asked.feedback else ())
        ]

    def _questions(self, forms: Sequence[QuestionForm]) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        for form in forms:
            self._known[form.where] = form
            self.given["/".join(map(str, form.where))] = list(form.given)
            if len(form.where) == 2:
                found.append(self._question(form))
                continue
            set_number, number, mark, index = form.where
            of_mark = found[-1]
            if index == 0:
                of_mark["marks"].append(mark)
            if index == len(of_mark["form"]):
                key = f"{set_number}/{number}/{{}}/{index}"
                title = title_in_form(form.question, "{}")
                of_mark["form"].append({**self._question(form), "key": key, "title": title})
        return found

    def _question(self, form: QuestionForm) -> dict[str, Any]:
        question, key = form.question, "/".join(map(str, form.where))
        return {
            "key": key,
            "set": form.where[0],
            "number": form.where[1],
            "form": [],
            "marks": [],
            "tools": [tool.value for tool in question.tools] if question.facts.takes is Takes.MARKS else [],
            "widget": question.facts.widget.value,
            "is_number": question.facts.number is not None,
            "title": form.title,
            "name": question.descriptor,
            "options": list(question.options),
            "order": list(question.shown_order),
            "html": [html_of(text) for text in question.options if question.text_format],
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
            "required": form.is_required,
            "pictures": [self._picture(key, index, path) for index, path in enumerate(form.pictures)],
            "buttons": [self._button(form, button) for button in form.buttons],
        }

    def _told(self, feedback: PageFeedback | None) -> dict[str, Any] | None:
        """What is right, by the keys of the questions, and ``page``; nothing before it may be told."""
        if feedback is None:
            return None
        parts = {f"{where[0]}/{where[1]}": told for where, told in feedback.questions.items()}
        return {key: self._one_told(key, told) for key, told in {"page": feedback.page, **parts}.items()}

    def _one_told(self, key: str, told: Told) -> dict[str, Any]:
        explanation = told.explanation or Explanation("")
        text, picture = explanation.text, explanation.picture
        return {
            "verdict": told.verdict and told.verdict.value,
            "kind": told.verdict and told.verdict.name.lower(),
            "sentences": [*told.sentences, *([text] if text and not explanation.text_format else [])],
            "html": html_of(text) if explanation.text_format else "",
            "picture": picture and self._picture(f"told-{key}", 0, self._quiz_folder / picture),
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
