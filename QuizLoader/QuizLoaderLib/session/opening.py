"""A results folder is opened: made for a new reader, or taken up where the reader stopped, whatever
happened to it in between."""

import contextlib
import hashlib
import os
import secrets
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from filelock import FileLock, Timeout

from ..quiz.closed_xml import XmlError, root_attributes, xml_tree
from ..quiz.model import Quiz
from ..quiz.parser import read_quiz
from ..quiz.problems import Problem
from .attempts import files_of_attempt, last_attempt
from .comparing import differences, is_another_quiz
from .copies import add_copy, copies
from .draws import exchanged_pages, option_orders
from .entries import (
    BeginEntry,
    DraftEntry,
    RemoveEntry,
    SavedEntry,
    UnknownEntry,
    parsed_timestamp,
    timestamp,
)
from .files import SessionError, reason, safe_name
from .journal import Journal, JournalContents, read_journal
from .order import group_order, page_order
from .results import Results
from .saved_versions import journal_notice, judged
from .storage import FolderFiles, Loaded, ResultsStore
from .whole_file import make_folder, remove_left_overs, write_whole


def results_files(results_folder: Path, reader_name: str, quiz_path: Path) -> FolderFiles:
    """Where this reader's results of this quiz are, or would be; raises SessionError for a blank name."""
    reader = _existing(results_folder, safe_name(cleaned_name(reader_name)))
    return FolderFiles(_existing(reader, safe_name(quiz_path.stem)))


def cleaned_name(reader_name: str) -> str:
    """The name without the characters that no file can hold; raises SessionError where nothing is left."""
    name = "".join(letter for letter in reader_name if letter.isprintable()).strip()
    if not name:
        raise SessionError("Please give the reader's name.")
    return name


def open_results(
    quiz_path: Path,
    results_folder: Path,
    reader_name: str,
    seed: int | None,
    now: Callable[[], datetime],
    again: bool = False,
) -> ResultsStore:
    """Everything a session needs of the reader's last run, with the folder locked; ``again`` begins another
    one where that is finished. Raises SessionError with the folder unlocked."""
    files = first = results_files(results_folder, reader_name, quiz_path)
    attempt = last_attempt(first)
    files = files_of_attempt(first, attempt)
    if again:
        attempt = _next_attempt(files, attempt, quiz_path)
        files = files_of_attempt(first, attempt)
    # Where only the letters are written otherwise, the name is as in all results of the reader.
    names = (unicodedata.normalize("NFC", files.folder.parent.name), cleaned_name(reader_name))
    reader = names[0] if _folded(names[0]) == _folded(names[1]) else names[1]
    return _Opening(files, quiz_path, reader, seed, now, attempt).opened()


def _next_attempt(files: FolderFiles, attempt: int, quiz_path: Path) -> int:
    quiz = stored_quiz(files, quiz_path)
    if attempt >= quiz.attempts:
        raise SessionError(f"This quiz can be gone through {_times(quiz.attempts)}, and has been.")
    if not load_results(files, quiz).results.is_finished:
        raise SessionError("This quiz is not finished yet, so it cannot be begun again.")
    return attempt + 1


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


@dataclass(frozen=True)
class _Opening:
    """A results folder that is being opened, and what the host gave for it."""

    files: FolderFiles
    quiz_path: Path
    reader: str
    seed: int | None
    now: Callable[[], datetime]
    attempt: int

    def opened(self) -> ResultsStore:
        try:
            make_folder(self.files.master.parent)
            lock = self._locked()
        except OSError as fault:
            return self._opened_unlocked(fault)
        try:
            return self._with_journal(self._begun_or_taken_up(), lock)
        except BaseException as fault:
            lock.release()
            if isinstance(fault, OSError):
                sentence = f"The results folder “{self.files.folder}” cannot be used: {reason(fault)}."
                raise SessionError(sentence) from fault
            raise

    def _locked(self) -> FileLock:
        lock = FileLock(self.files.lock, timeout=0)
        try:
            lock.acquire()
        except Timeout as fault:
            where = f"for the reader “{self.reader}” in another window"
            raise SessionError(f"This quiz is open {where}; close it there first.") from fault
        except NotImplementedError as fault:
            disk = f"The disk of “{self.files.folder}” cannot lock files"
            raise SessionError(f"{disk}; choose a results folder on another disk.") from fault
        return lock

    def _opened_unlocked(self, fault: OSError) -> ResultsStore:
        """Where nothing can be written a finished quiz can still be looked at."""
        files = self.files
        loaded = load_results(files, stored_quiz(files, self.quiz_path)) if files.xml.exists() else None
        if loaded is None or not loaded.results.is_finished:
            raise SessionError(
                f"Nothing can be written to the results folder “{files.folder}” ({reason(fault)}); "
                "make it writable or choose another one."
            ) from fault
        return ResultsStore(files, loaded, self.now)

    def _begun_or_taken_up(self) -> Loaded:
        files = self.files
        for folder in (files.folder, files.master.parent):
            remove_left_overs(folder)
        given, problems = read_quiz(self.quiz_path)
        if not (files.xml.exists() or read_journal(files.journal).entries or copies(files)):
            if given is None:
                raise SessionError(problems[0].sentence)
            self._begin(given)
        mended = tuple(self._mended_master())
        quiz = given if given and self._is_stored_as_given() else stored_quiz(files, self.quiz_path)
        notices = (*mended, *self._changes(quiz, given, problems))
        loaded = load_results(files, quiz)
        known = (loaded.results.root.get("UserName") or self.reader).strip()
        if known.casefold() != self.reader.casefold() and safe_name(known) != safe_name(self.reader):
            whose = f"the reader “{known}”, not of “{self.reader}”"
            raise SessionError(f"The folder “{files.folder}” has the results of {whose}.")
        return replace(loaded, notices=(*notices, *loaded.notices))

    def _begin(self, quiz: Quiz) -> None:
        """The quiz is stored first and the journal's first line last: before it, nothing has begun."""
        if not quiz.pages:
            raise SessionError(f"The quiz “{quiz.path}” has no page.")
        master = quiz.path.read_bytes()
        seed = secrets.randbits(32) if self.seed is None else self.seed
        entry = BeginEntry(
            number=1,
            time=timestamp(self.now()),
            reader=self.reader,
            sha256=hashlib.sha256(master).hexdigest(),
            seed=seed,
            order=group_order(quiz, seed),
            pages=page_order(quiz, seed),
            attempt=self.attempt if self.attempt > 1 else None,
            options=option_orders(quiz, seed),
            exchanged=exchanged_pages(quiz, seed),
        )
        Results.begin(master, quiz, entry)
        write_whole(self.files.master, master)
        with contextlib.closing(Journal(self.files.journal)) as journal:
            journal.append([entry])

    def _is_stored_as_given(self) -> bool:
        try:
            return self.files.master.read_bytes() == self.quiz_path.read_bytes()
        except OSError:
            return False

    def _mended_master(self) -> Iterator[str]:
        """A stored quiz that was damaged is stored anew where the quiz that is given is the very same."""
        files, begun = self.files, read_journal(self.files.journal).entries[:1]
        known = [entry.sha256 for entry in begun if isinstance(entry, BeginEntry)]
        with contextlib.suppress(OSError, XmlError):
            known.append(root_attributes(files.xml).get("MasterSHA256") or "")
        try:
            given = self.quiz_path.read_bytes()
        except OSError:
            return
        if self._is_stored_as_given() or hashlib.sha256(given).hexdigest() not in known:
            return
        if read_quiz(files.master)[0] is not None:
            return
        if files.master.exists():
            os.replace(files.master, files.master.with_name(f"{files.master.stem}-damaged.xml"))
        write_whole(files.master, given)
        yield (
            "The quiz that is stored beside the results was damaged. The quiz file is the same as when you "
            "began, and was stored again."
        )

    def _changes(self, stored: Quiz, given: Quiz | None, problems: Sequence[Problem]) -> Iterator[str]:
        """What the reader is told of the quiz file that is given now."""
        if given is None:
            yield (
                f"The quiz file cannot be read now ({problems[0].sentence.rstrip('.')}); the session "
                "goes on with the quiz as it was when you began."
            )
        elif not self._is_stored_as_given():
            if is_another_quiz(stored, given):
                raise SessionError(
                    f"The folder “{self.files.folder}” has the results of another quiz of the same name "
                    f"(its first page is “{stored.pages[0].title}”); rename the quiz file or choose another "
                    "results folder."
                )
            if changed := differences(stored, given):
                yield (
                    "The quiz was changed since you began; the session goes on with the quiz as it was. "
                    f"Different now: {'; '.join(changed)}."
                )

    def _with_journal(self, loaded: Loaded, lock: FileLock) -> ResultsStore:
        """A finished quiz is only looked at: nothing is recorded, and nobody else is kept out."""
        results = loaded.results
        if results.is_finished and loaded.saved_number == results.number:
            lock.release()
            return ResultsStore(self.files, loaded, self.now)
        moment = self.now()
        loaded = replace(loaded, notices=(*loaded.notices, *_clock_notices(results, moment)))
        add_copy(self.files, moment, is_damaged=loaded.saved_number < 0)
        store = ResultsStore(self.files, loaded, self.now, Journal(self.files.journal), lock)
        if not results.is_finished:
            # The LoginTime names the login in every Response, so it must be its own.
            while timestamp(moment) in results.login_times():
                moment += timedelta(microseconds=1)
            store.log_in(moment, self.reader)
        state = store.save()
        if not state.saved and not results.is_finished:
            store.close()
            raise SessionError(state.sentence)
        return store


def stored_quiz(files: FolderFiles, quiz_path: Path) -> Quiz:
    """The quiz as it was when the reader began; what lies beside it is looked for beside ``quiz_path``."""
    stored, problems = read_quiz(files.master)
    if stored is None:
        if _is_of_the_original(files):
            raise SessionError(
                f"The folder “{files.folder}” has results of the Image Quizzer. They can be made into tables "
                "(quizloader answers), but not gone on with here; choose another results folder."
            )
        raise SessionError(
            f"The folder “{files.folder}” has results, but no quiz that they belong to "
            f"({problems[0].sentence.rstrip('.')}); choose another results folder."
        )
    return replace(stored, path=quiz_path)


def _is_of_the_original(files: FolderFiles) -> bool:
    try:
        root = xml_tree(files.xml.read_bytes())
    except (OSError, XmlError):
        return False
    return root.find("Login") is not None and root.get("JournalEntry") is None


def load_results(files: FolderFiles, quiz: Quiz) -> Loaded:
    """The newest state that can be had, without writing anything. Raises SessionError where there is none.

    The XML with the journal's newer entries; where the XML is damaged, the newest good copy with them;
    else the stored quiz with the whole journal.
    """
    contents = read_journal(files.journal)
    notices = list(_journal_notices(files, contents))
    results, faults, sentence = _newest_good(files, quiz, contents)
    first = _begin_of_whole(contents) if faults else None
    saved_number = -1
    if first is not None:
        results = Results.begin(files.master.read_bytes(), quiz, first)
        if files.xml.exists():
            notices.append(f"The results file was damaged ({faults[0]}); it was made anew from the journal.")
    elif results is None:
        raise SessionError(
            f"The results in “{files.folder}” cannot be read ({'; '.join(faults[:2])}); "
            "put back a good copy, or choose another results folder."
        )
    elif faults:
        notices.append(f"The results file was damaged ({faults[0]}); its last good copy is used.")
    else:
        saved_number = results.number
        notices += filter(None, (sentence, journal_notice(files.journal.name, saved_number, contents)))
    _replay(results, contents)
    if results.root.get("MasterSHA256") != hashlib.sha256(files.master.read_bytes()).hexdigest():
        notices.append(
            f"The quiz that is stored beside the results, master/{files.master.name}, was changed by another "
            "program since the reader began; it is used as it is."
        )
    last = max([results.number, *(entry.number for entry in contents.entries)])
    return Loaded(results, last + 1, saved_number, tuple(notices))


def _newest_good(
    files: FolderFiles, quiz: Quiz, contents: JournalContents
) -> tuple[Results | None, list[str], str]:
    """The results of the XML or else of the newest good copy, why those before are none, and what was changed
    in them by hand."""
    faults: list[str] = []
    can_be_made_anew = _begin_of_whole(contents) is not None
    for path in (files.xml, *copies(files)):
        try:
            data = path.read_bytes()
            results = Results(xml_tree(data), quiz)
        except (OSError, XmlError, SessionError) as fault:
            faults.append(f"{path.name}: {str(fault).rstrip('.')}")
            continue
        found = judged(data, path.name, results.number, contents)
        if found.number is None and can_be_made_anew:
            faults.append(f"{path.name}: another program changed it, its JournalEntry too")
            continue
        if found.number is not None:
            results.root.set("JournalEntry", str(found.number))
        return results, faults, found.sentence
    return None, faults, ""


def _replay(results: Results, contents: JournalContents) -> None:
    saved_number = results.number
    last = contents.entries[-1].number if contents.entries else 0
    removed = {entry.page for entry in contents.entries if isinstance(entry, RemoveEntry)}
    removed -= results.pages.keys()
    try:
        for entry in contents.entries:
            is_saved = entry.number <= saved_number
            if isinstance(entry, DraftEntry) and is_saved and entry.page in removed:
                continue
            if isinstance(entry, DraftEntry):
                results.require_question(entry)
            if entry.number > saved_number or isinstance(entry, UnknownEntry):
                results.apply(entry)
            elif last >= saved_number:
                # A journal that ends before the XML was cut, and its drafts may be older than the answers.
                results.replay_draft(entry)
    except (LookupError, TypeError, ValueError) as fault:
        raise SessionError(
            "The journal does not belong to these results; put back the two files that belong together."
        ) from fault


def _begin_of_whole(contents: JournalContents) -> BeginEntry | None:
    """The first entry of a journal that lacks none, from which the results can be made anew."""
    entries = [entry for entry in contents.entries if not isinstance(entry, SavedEntry)]
    is_whole = [entry.number for entry in entries] == list(range(1, len(entries) + 1))
    first = contents.entries[0] if contents.entries else None
    return first if is_whole and isinstance(first, BeginEntry) else None


def _journal_notices(files: FolderFiles, contents: JournalContents) -> Iterator[str]:
    if contents.damaged:
        lines = ", ".join(str(number) for number in contents.damaged[:5])
        yield (
            f"The journal “{files.journal.name}” is damaged in line {lines}; what was saved there is lost "
            "unless the results file has it."
        )
    if contents.is_cut:
        yield "The program was interrupted while it saved; everything it had acknowledged is here."


def _clock_notices(results: Results, moment: datetime) -> Iterator[str]:
    last = parsed_timestamp(results.last_time())
    if last is not None and moment < last:
        yield (
            f"The computer's clock says {moment:%Y-%m-%d %H:%M}, but your last answer was given at "
            f"{last:%Y-%m-%d %H:%M}; please check the clock. Answers are kept in the order they are given."
        )


def _existing(folder: Path, name: str) -> Path:
    """The entry of this name, however its letters are written: Anna and anna are one reader, as on Windows,
    and so are a letter with an accent and the two of them apart, as on a Mac."""
    path = folder / name
    if not path.exists() and folder.is_dir():
        for other in sorted(os.listdir(folder)):
            if _folded(other) == _folded(name):
                return folder / other
    return path


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()
