"""The fields that say who reads and where the results go; what they hold is remembered."""

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import ctk
import qt

from ...reader.session_answers import SignIn
from ...session.files import SessionError

if TYPE_CHECKING:
    from .ui import Ui

READER, RESULTS, SCRIPTS = "QuizLoader/Reader", "QuizLoader/ResultsFolder", "QuizLoader/ScriptsFolder"


class SignInFields:
    """Without a reader's name nobody signs in: the quiz is looked at, and nothing is stored."""

    def __init__(self, ui: "Ui") -> None:
        self._ui = ui
        for edit in (ui.resultsFolderEdit, ui.scriptsFolderEdit):
            edit.filters = ctk.ctkPathLineEdit.Dirs
        settings = qt.QSettings()
        ui.readerEdit.text = settings.value(READER) or ""
        ui.resultsFolderEdit.currentPath = settings.value(RESULTS) or ""
        ui.scriptsFolderEdit.currentPath = settings.value(SCRIPTS) or ""

    def read(self) -> SignIn | None:
        """None for an author's look; raises SessionError where a folder is needed."""
        reader = self._ui.readerEdit.text.strip()
        results = self._ui.resultsFolderEdit.currentPath.strip()
        scripts = self._ui.scriptsFolderEdit.currentPath.strip()
        if not reader:
            return None
        if not results:
            raise SessionError(f"Choose the folder that the answers of “{reader}” go to.")
        if scripts and not Path(scripts).is_dir():
            raise SessionError(
                f"The folder of allowed scripts {scripts} does not exist; choose another one or none."
            )
        python = shutil.which("PythonSlicer") or sys.executable
        return SignIn(reader, Path(results), Path(scripts) if scripts else None, python)

    def remember(self) -> None:
        """Also that a field is empty: an author stays an author, and no script is allowed by itself."""
        settings = qt.QSettings()
        settings.setValue(READER, self._ui.readerEdit.text.strip())
        settings.setValue(RESULTS, self._ui.resultsFolderEdit.currentPath.strip())
        settings.setValue(SCRIPTS, self._ui.scriptsFolderEdit.currentPath.strip())
