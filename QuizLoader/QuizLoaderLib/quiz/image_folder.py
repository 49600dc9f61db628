"""A Path of the quiz becomes a file on disk, never outside its folder."""

import os
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from .model import Image
from .problems import NearestNames, Problem, ProblemCode, ProblemError, error, warning
from .values import shown

FOLDER_MISSING = ProblemCode("Q501", "The image folder does not exist or cannot be listed.")
PATH_LEAVES_FOLDER = ProblemCode("Q502", "A path is relative and stays in its folder.")
LINK_LEAVES_FOLDER = ProblemCode("Q503", "A symbolic link stays in the folder, unless links are allowed.")
FILE_MISSING = ProblemCode("Q504", "A file that the quiz names does not exist.")
FILE_CASE_DIFFERS = ProblemCode("Q505", "A file's name differs in the case of letters (warning).")
FILE_CASE_AMBIGUOUS = ProblemCode("Q506", "Several files differ from the name in the case of letters only.")
PATH_IS_FOLDER = ProblemCode("Q507", "A folder is read with DicomRead only.")
LINK_BROKEN = ProblemCode("Q508", "A symbolic link leads to nothing.")
NO_PERMISSION = ProblemCode("Q509", "A file or folder may not be read.")
NOT_A_FILE = ProblemCode("Q510", "A path leads to something that is neither a file nor a folder.")

_DRIVE = re.compile(r"[A-Za-z]:")
_NO_FOLDER = {FileNotFoundError: "does not exist", NotADirectoryError: "is a file"}


class ImagePathError(ProblemError):
    """A path that gives no file; its problem has no line yet."""

    def __init__(self, code: str, sentence: str, hint: str = "") -> None:
        super().__init__(error(code, sentence, hint))


@dataclass(frozen=True)
class FoundFile:
    """A file or folder that is there; ``warning`` where it is not written as the quiz has it."""

    path: Path
    warning: Problem | None = None


@dataclass(frozen=True)
class _FolderEntry:
    name: str
    is_folder: bool
    is_file: bool
    is_link: bool


@dataclass(frozen=True)
class _Listing:
    entries: dict[str, _FolderEntry]
    folded: dict[str, list[str]]


def relative_path(text: str) -> str:
    """The path with ``/`` between its parts and without ``.`` parts.

    Raises ImagePathError for a path that is absolute, has a drive letter or a ``..`` part.
    """
    path = text.replace("\\", "/")
    parts = [part for part in path.split("/") if part not in ("", ".")]
    if path.startswith("/") or _DRIVE.match(path):
        reason = "is absolute"
    elif ".." in parts:
        reason = "has a “..” part"
    elif not parts:
        reason = "names no file"
    elif "\0" in path:
        reason = "has a character that file names cannot have"
    else:
        return "/".join(parts)
    raise ImagePathError(
        PATH_LEAVES_FOLDER,
        f"The path {shown(text)} {reason}.",
        "write it relative to the folder and inside it",
    )


class ImageFolder:
    """The folder that paths are relative to; each of its folders is listed once and remembered.

    ``follow_links`` allows symbolic links that lead out of it. Made anew, it sees what has changed.
    """

    def __init__(self, root: Path, follow_links: bool = False) -> None:
        self.root = Path(root)
        self.follow_links = follow_links
        self._real_root = os.path.realpath(self.root)
        # No exceptions: one that was raised holds all that its callers hold.
        self._listings: dict[str, _Listing | Problem] = {}
        self._found: dict[str, FoundFile | Problem] = {}
        self._nearest = NearestNames()

    @property
    def problem(self) -> Problem | None:
        """Why nothing at all can be found here, None where the folder can be listed."""
        try:
            self._list("")
        except ImagePathError as fault:
            return fault.problem
        return None

    def find(self, path: str) -> FoundFile:
        """The file or folder of this path; raises ImagePathError where there is none that may be read."""
        known = self._found.get(path)
        if known is None:
            try:
                known = self._search(path)
            except ImagePathError as fault:
                known = fault.problem
            self._found[path] = known
        if isinstance(known, Problem):
            raise ImagePathError(known.code, known.sentence, known.hint)
        return known

    def find_image(self, image: Image) -> FoundFile:
        """The file of this image, or its folder where DicomRead is Y; raises ImagePathError."""
        found = self.find(image.path)
        relative = found.path.relative_to(self.root).as_posix()
        if not image.dicom_read and isinstance(self._listings.get(relative), _Listing):
            raise ImagePathError(
                PATH_IS_FOLDER,
                f"The path {shown(image.path)} is a folder.",
                'write DicomRead="Y" to read the series in it, or name a file',
            )
        return found

    def may_open(self, path: Path) -> bool:
        """Whether a file or folder met beside one that was found may be opened too: that is, whether it is no
        link that leads out of the folder, unless links are allowed."""
        return self.follow_links or not path.is_symlink() or self._is_inside(os.path.realpath(path))

    def _search(self, text: str) -> FoundFile:
        parts = relative_path(text).split("/")
        folder = ""
        for position, part in enumerate(parts):
            listing = self._list(folder)
            entry = self._entry(text, folder, part, listing)
            folder = f"{folder}/{entry.name}" if folder else entry.name
            is_folder, is_file = entry.is_folder, entry.is_file
            if entry.is_link:
                is_folder, is_file = self._follow(text, folder)
            if is_folder:
                self._check_stays_inside(text, folder)
            elif position < len(parts) - 1:
                raise self._missing(text, f"{shown(folder)} is a file, not a folder")
            elif not is_file:
                raise ImagePathError(NOT_A_FILE, f"The path {shown(text)} is neither a file nor a folder.")
        path = self.root / folder
        if is_folder:
            self._list(folder)
        else:
            _check_readable(text, path)
        return FoundFile(path, _case_warning(parts, folder))

    def _list(self, folder: str) -> _Listing:
        listing = self._listings.get(folder)
        if listing is None:
            listing = self._listings[folder] = self._read_listing(folder)
        if isinstance(listing, Problem):
            raise ImagePathError(listing.code, listing.sentence, listing.hint)
        return listing

    def _read_listing(self, folder: str) -> _Listing | Problem:
        path = self.root / folder
        entries: dict[str, _FolderEntry] = {}
        folded: dict[str, list[str]] = {}
        try:
            with os.scandir(path) as found:
                for item in found:
                    entries[item.name] = _FolderEntry(
                        item.name,
                        item.is_dir(follow_symlinks=False),
                        item.is_file(follow_symlinks=False),
                        item.is_symlink(),
                    )
                    folded.setdefault(_fold(item.name), []).append(item.name)
        except OSError as fault:
            subject = f"The folder {shown(folder)}" if folder else f"The image folder {self.root}"
            if isinstance(fault, PermissionError):
                return error(NO_PERMISSION, f"{subject} may not be read.", "ask its owner for permission")
            reason = f"cannot be listed: {fault.strerror or 'unknown reason'}"
            return error(FOLDER_MISSING, f"{subject} {_NO_FOLDER.get(type(fault), reason)}.")
        return _Listing(entries, folded)

    def _entry(self, text: str, folder: str, part: str, listing: _Listing) -> _FolderEntry:
        entry = listing.entries.get(part)
        if entry is not None:
            return entry
        alike = listing.folded.get(_fold(part), [])
        if len(alike) == 1:
            return listing.entries[alike[0]]
        if alike:
            raise ImagePathError(
                FILE_CASE_AMBIGUOUS,
                f"The path {shown(text)} fits several files that differ only in upper and lower case.",
                "write one of " + ", ".join(sorted(alike)),
            )
        raise self._missing(text, self._nearest_hint(folder, part, listing))

    def _nearest_hint(self, folder: str, part: str, listing: _Listing) -> str:
        named = folder or os.path.basename(self._real_root) or str(self.root)
        if not listing.entries:
            return f"{shown(named)} is empty"
        near = self._nearest.find(part, listing.entries)
        if near:
            return f"{shown(named)} has {shown(near)}"
        return f"{shown(part)} is not in {shown(named)}"

    def _missing(self, text: str, hint: str) -> ImagePathError:
        return ImagePathError(FILE_MISSING, f"The file {shown(text)} does not exist.", hint)

    def _follow(self, text: str, folder: str) -> tuple[bool, bool]:
        """Whether a link leads to a folder and whether to a file, after it was seen to be allowed."""
        path = self.root / folder
        try:
            is_folder, is_file = path.is_dir(), path.is_file()
        except PermissionError:
            is_folder = is_file = False
        if not (is_folder or is_file):
            sentence = f"The path {shown(text)} is a link to nothing that can be read."
            raise ImagePathError(LINK_BROKEN, sentence)
        self._check_stays_inside(text, folder)
        return is_folder, is_file

    def _check_stays_inside(self, text: str, folder: str) -> None:
        if self.follow_links or folder in self._listings:
            return
        if not self._is_inside(os.path.realpath(self.root / folder)):
            raise ImagePathError(
                LINK_LEAVES_FOLDER,
                f"The path {shown(text)} is a link that leads out of the folder.",
                "allow links (--follow-links) if you trust them, or copy the file",
            )

    def _is_inside(self, target: str) -> bool:
        return target == self._real_root or target.startswith(self._real_root.rstrip(os.sep) + os.sep)


def _check_readable(text: str, path: Path) -> None:
    # Windows answers only when the file is opened; elsewhere only that says why it cannot be.
    if os.name != "nt" and os.access(path, os.R_OK):
        return
    try:
        os.close(os.open(path, os.O_RDONLY))
    except PermissionError as fault:
        sentence = f"The file {shown(text)} may not be read."
        raise ImagePathError(NO_PERMISSION, sentence, "ask its owner for permission") from fault
    except OSError as fault:
        reason = fault.strerror or "unknown reason"
        raise ImagePathError(FILE_MISSING, f"The file {shown(text)} cannot be opened: {reason}.") from fault


def _fold(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


def _case_warning(parts: list[str], on_disk: str) -> Problem | None:
    written = "/".join(parts)
    # The same letters composed in another way look the same: nothing to tell.
    if unicodedata.normalize("NFC", written) == unicodedata.normalize("NFC", on_disk):
        return None
    return warning(
        FILE_CASE_DIFFERS,
        f"The path {shown(written)} differs from the file in upper and lower case.",
        f"write {shown(on_disk)}",
    )
