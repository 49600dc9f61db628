"""The panel's section for authors: a quiz from a folder of cases, by a template."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import ctk

from ...authoring.cases import AuthoringError, FoundCases
from ...authoring.template import load_template, shipped_templates
from ...quiz.image_folder import ImageFolder
from ...quiz.problems import ExplainedError
from .loading import Loading
from .packages import ensure_packages
from .quiz_node import EXTENSION
from .ui import show_text

if TYPE_CHECKING:
    from ...authoring.making import Wanted
    from .ui import Ui

OWN_TEMPLATE = "One in a file"
NAMES_THAT_TELL_NOTHING = "Case {n:03}"
MOST_TOLD = 20
"""Cases that are left out, by their names; of more only how many they are."""


class NewFromFolder:
    """``open_quiz(quiz, image_folder, sentence)`` gets what was made, and what is to be said of it.

    Where a case is left out it is said first, and nothing is written until the button is pressed again.
    """

    def __init__(self, ui: "Ui", open_quiz: Callable[[Path, Path, str], object]) -> None:
        self._ui, self._open_quiz = ui, open_quiz
        self._loading = Loading(self._show_progress, self._cases_are_found)
        self._search: _Search | None = None
        self._told: tuple[object, ...] = ()
        self._templates = [*shipped_templates(), OWN_TEMPLATE]
        ui.casesFolderEdit.filters = ctk.ctkPathLineEdit.Dirs
        ui.templateFileEdit.filters = ctk.ctkPathLineEdit.Files
        ui.newQuizEdit.filters = ctk.ctkPathLineEdit.Files | ctk.ctkPathLineEdit.Writable
        for edit in (ui.templateFileEdit, ui.newQuizEdit):
            edit.nameFilters = ["Quiz (*.xml)"]
        for name in self._templates:
            ui.templateBox.addItem(name)
        ui.templateBox.connect("activated(int)", self._template_chosen)
        ui.makeQuizButton.clicked.connect(self._clicked)
        self._template_chosen(0)
        self._show("")

    def cancel(self) -> None:
        """Nothing is looked for any more."""
        self._loading.cancel()
        self._told = ()
        self._show("")

    def _template_chosen(self, row: int) -> None:
        name = self._templates[row]
        self._ui.templateFileEdit.visible = name == OWN_TEMPLATE
        words = "A quiz with placeholders."
        if name != OWN_TEMPLATE:
            template = load_template(name)
            words = f"{template.description}. Images of a case: {', '.join(template.roles)}."
        show_text(self._ui.templateWordsLabel, words)

    def _clicked(self) -> None:
        if self._loading.request:
            self.cancel()
            return
        try:
            ensure_packages()
            wanted, out = self._asked()
            if self._search and self._told == self._fields():
                self._make(self._search)
                return
        except (ExplainedError, OSError) as fault:
            self._show(_explained(fault))
            return
        self._search = _Search(wanted, out)
        self._loading.start(self._search)
        self._show("Images are looked for.")

    def _fields(self) -> tuple[object, ...]:
        ui = self._ui
        edits = (ui.casesFolderEdit, ui.templateFileEdit, ui.newQuizEdit)
        texts = (*(edit.currentPath for edit in edits), ui.filePatternEdit.text)
        return (*texts, ui.templateBox.currentIndex, ui.hideNamesBox.checked)

    def _asked(self) -> "tuple[Wanted, Path]":
        """What the quiz is made of, and the file that it goes to. Raises AuthoringError and ProblemError."""
        from ...authoring.making import Wanted, case_table_of

        ui = self._ui
        folder, target = ui.casesFolderEdit.currentPath.strip(), ui.newQuizEdit.currentPath.strip()
        if not folder or not target:
            raise AuthoringError("Choose the folder of the cases, and the file that the quiz goes to.")
        source, out = Path(folder).resolve(), Path(target).absolute()
        if not source.is_dir():
            raise AuthoringError(f"“{source}” is not a folder.")
        if out.suffix.casefold() != ".xml":
            out = out.with_name(out.name + EXTENSION)
        if there := [path for path in (out, case_table_of(out)) if path.exists()]:
            raise AuthoringError(f"“{there[0]}” is there already; choose another name for the quiz.")
        name = self._templates[ui.templateBox.currentIndex]
        template = load_template(ui.templateFileEdit.currentPath.strip() if name == OWN_TEMPLATE else name)
        rename = NAMES_THAT_TELL_NOTHING if ui.hideNamesBox.checked else ""
        pattern = ui.filePatternEdit.text.strip()
        return Wanted(source, ImageFolder(source), template, pattern, rename=rename), out

    def _cases_are_found(self) -> None:
        search = self._search
        assert search is not None
        try:
            found = search.found
            if not found.faulty:
                self._make(search)
                return
        except (ExplainedError, OSError) as fault:
            self._show(_explained(fault))
            return
        self._told = self._fields() if found.complete else ()
        again = "Press the button again to make the quiz of the others." if found.complete else ""
        self._show("\n".join(filter(None, [*left_out(found), *found.remarks[:MOST_TOLD], again])))

    def _make(self, search: "_Search") -> None:
        """Raises AuthoringError and OSError."""
        from ...authoring.making import make_quiz

        made = make_quiz(search.wanted, search.found, search.out)
        self._ui.casesFolderEdit.addCurrentPathToHistory()
        self.cancel()
        count = len(search.found.complete)
        cases = "1 case" if count == 1 else f"{count} cases"
        sentence = f"The quiz has {cases}; “{made.case_table.name}” beside it says which page is which case."
        self._open_quiz(made.path, search.wanted.folder.root, sentence)

    def _show_progress(self, done: int, _total: int) -> None:
        if done:
            self._show(f"Images are looked for: {done} files so far.")

    def _show(self, text: str) -> None:
        self._ui.makeQuizButton.text = "Cancel" if self._loading.request else "Make and open"
        show_text(self._ui.newQuizLabel, text)


class _Search:
    """The cases of ``wanted``, for the quiz ``out``, are found in a thread; a request, as ``Loading`` waits
    for it."""

    def __init__(self, wanted: "Wanted", out: Path) -> None:
        from ...authoring.making import find_cases

        self.wanted, self.out = wanted, out
        self.done, self.total, self._is_cancelled = 0, 0, False
        thread = ThreadPoolExecutor(1, "cases")
        self._found = thread.submit(find_cases, wanted, self._progress)
        thread.shutdown(wait=False)

    @property
    def is_ready(self) -> bool:
        return self._found.done()

    @property
    def found(self) -> FoundCases:
        """Once it is ready. Raises AuthoringError."""
        return self._found.result()

    def cancel(self) -> None:
        self._is_cancelled = True

    def _progress(self, done: int, _total: int) -> None:
        self.done = done
        if self._is_cancelled:
            raise AuthoringError("Nobody waits for the cases any more.")


def left_out(found: FoundCases) -> list[str]:
    """Lines that say which cases get no page, and why."""
    count, faulty = len(found.cases), found.faulty
    lines = [f"{len(found.complete)} of {count} case{'s' * (count != 1)} can be used. Left out:"]
    lines += [f"{case.name}: {'; '.join(case.faults)}." for case in faulty[:MOST_TOLD]]
    return lines + ([f"And {len(faulty) - MOST_TOLD} more."] if len(faulty) > MOST_TOLD else [])


def _explained(fault: ExplainedError | OSError) -> str:
    if isinstance(fault, OSError):
        return f"{fault.strerror or fault}: “{fault.filename}”."
    return f"{fault.sentence} {fault.hint[:1].upper()}{fault.hint[1:]}".strip()
