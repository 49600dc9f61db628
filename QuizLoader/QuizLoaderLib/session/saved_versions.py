"""Which entry of the journal a results file goes up to: as it says, if that is so.

The journal has the hash of each file that was saved, so that a number that was changed by hand is recognized,
and nothing is done twice or left out.
"""

import hashlib
import re
from dataclasses import dataclass

from .entries import SavedEntry
from .journal import JournalContents

_NUMBER = re.compile(rb'(?<= JournalEntry=")[^"]*(?=")')


@dataclass(frozen=True)
class Judgement:
    """``number`` is the last entry that the file has; None where it cannot be known. ``sentence`` says what
    was changed, empty where nothing was."""

    number: int | None
    sentence: str = ""


def judged(data: bytes, name: str, number: int, contents: JournalContents) -> Judgement:
    """``data`` is the results file ``name``, which says that it has the entries up to ``number``."""
    notes = {each.sha256: each.number for each in contents.entries if isinstance(each, SavedEntry)}
    if not notes or hashlib.sha256(data).hexdigest() in notes:
        return Judgement(number)
    for sha256, saved in reversed(notes.items()):
        as_saved = _NUMBER.sub(b"%d" % saved, data, count=1)
        if hashlib.sha256(as_saved).hexdigest() == sha256:
            what = f"Another program changed JournalEntry in “{name}” from {saved} to {number}"
            return Judgement(saved, f"{what}; {saved} is used.")
    edited = f"Another program changed “{name}” since it was saved; it is used as it is."
    last = max(each.number for each in contents.entries)
    if number in notes.values():
        return Judgement(number, edited)
    if number == last:
        # The program ended before it could write down the hash.
        return Judgement(number)
    return Judgement(number, edited) if number > last else Judgement(None, edited)


def journal_notice(name: str, number: int, contents: JournalContents) -> str:
    """What is lost where the journal ends before the results file, which goes up to ``number``."""
    last = max((each.number for each in contents.entries), default=0)
    if last >= number:
        return ""
    what = "ends before the results file" if contents.entries else "is missing or empty"
    return (
        f"The journal “{name}” {what}; answers on a page that was not left are in the journal alone, and may "
        "be lost."
    )
