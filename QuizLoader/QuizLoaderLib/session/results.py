"""The results file: the quiz's own XML, with what the reader did written into it.

Names, placement and times are those of the original's results, so that its analysis scripts work. What
is new is in attributes only: on Session ``MasterSHA256`` and ``JournalEntry``, on
RandomizedPageGroupIndices ``Seed``, on Page ``PageNumber`` and ``SecondsShown``, on Response ``Seconds``
(since the questions were shown), ``Typed`` (a value that is no valid one), ``Toggle``, ``Result`` and
``Recovered`` (the program ended before the questions were left), on LabelMapPath ``Drawn``, ``Segments``
and ``LostVoxels``; and MarkupLinePath, which is also a child of Page.
"""

import copy
from collections.abc import Callable, Mapping
from dataclasses import replace

from lxml import etree

from ..quiz.model import Page, Question, Quiz
from ..quiz.question_types import Takes
from .answers import ON, Answer, blank, is_toggle, is_untouched, stored_text
from .drafts import Drafts, key_of, position_of
from .files import SessionError
from .journal import Entry
from .order import PageKey, Position, display_order, page_groups
from .requirements import Drawn
from .tree import MADE_BY_READER, Element, appended, finite, integer, parsed_xml, remove, strip_results


class Results:
    """The results tree. It changes by ``apply`` alone, so that replaying the journal gives the same tree."""

    def __init__(self, root: Element, quiz: Quiz) -> None:
        """Raises SessionError where the tree does not fit the quiz."""
        self.root = root
        self.quiz = quiz
        self.drafts = Drafts()
        self._elements: dict[PageKey, Element] = {}
        self._logins: list[Element] = root.findall("Login")
        self._options: dict[PageKey, list[list[list[Element]]]] = {}
        self.pages: dict[PageKey, Page] = {}
        self._groups = dict(zip((page.number for page in quiz.pages), page_groups(quiz.pages), strict=True))
        by_number = {page.number: page for page in quiz.pages}
        if self.number < 1:
            # The whole journal would be done a second time.
            raise SessionError("The results lack the number of their last journal entry.")
        for element in root.findall("Page"):
            key = PageKey(integer(element, "PageNumber"), integer(element, "Rep"))
            if key.number not in by_number or key in self._elements:
                raise SessionError(f"The results name the page “{element.get('ID')}” wrongly.")
            self._add(key, element, by_number[key.number])
        if absent := [page.title for page in quiz.pages if PageKey(page.number) not in self.pages]:
            raise SessionError(f"The results lack the page “{absent[0]}”.")
        if quiz.randomize_page_groups and self.group_order is None:
            raise SessionError("The results lack the order of the page groups.")

    @classmethod
    def begin(cls, master: bytes, quiz: Quiz, entry: Entry) -> "Results":
        """Results of a reader who has seen nothing yet, from the quiz file and the journal's first entry."""
        root = parsed_xml(master)
        strip_results(root)
        elements = root.findall("Page")
        if len(elements) != len(quiz.pages):
            raise SessionError("A page of the quiz cannot be understood; see its errors.")
        loops = any(page.loop for page in quiz.pages)
        for element, page, group in zip(elements, quiz.pages, page_groups(quiz.pages), strict=True):
            element.set("PageNumber", str(page.number))
            element.set("PageGroup", str(group))
            if loops:
                element.set("Rep", "0")
        root.set("UserName", entry["reader"])
        root.set("MasterSHA256", entry["sha256"])
        if entry["order"] is not None:
            indices = root.find("RandomizedPageGroupIndices")
            if indices is None:
                indices = appended(root, "RandomizedPageGroupIndices")
            indices.text = ",".join(str(group) for group in entry["order"])
            if quiz.forced_group_order is None:
                indices.set("Seed", str(entry["seed"]))
        root.set("JournalEntry", str(entry["n"]))
        return cls(root, quiz)

    # What the tree says

    @property
    def number(self) -> int:
        """The last journal entry that is in the tree."""
        return integer(self.root, "JournalEntry")

    @property
    def is_finished(self) -> bool:
        return any((login.get("QuizComplete") or "").strip() == "Y" for login in self._logins)

    @property
    def group_order(self) -> tuple[int, ...] | None:
        """The reader's own order of the page groups, None where the order of the file holds."""
        indices = self.root.find("RandomizedPageGroupIndices")
        if indices is None or not self.quiz.randomize_page_groups:
            return None
        try:
            return tuple(int(number) for number in (indices.text or "").split(","))
        except ValueError:
            return None

    def display_order(self) -> tuple[PageKey, ...]:
        return display_order(self.pages, self._groups, self.group_order)

    def group(self, key: PageKey) -> int:
        return self._groups[key.number]

    def is_complete(self, key: PageKey) -> bool:
        return (self._elements[key].get("PageComplete") or "").strip() == "Y"

    def last_repetition(self, number: int) -> int:
        return max(key.repetition for key in self.pages if key.number == number)

    def saved_answer(self, position: Position, question: int) -> Answer | None:
        """The last Response of each option, None where there is none."""
        model = self._question(position, question)
        texts = []
        for option in self._options_of(position, question):
            responses = option.findall("Response")
            if not responses:
                return None
            last = responses[-1]
            text = last.get("Typed") or last.text or ""
            if model.facts.takes is Takes.CHOICE:
                text = "Y" if text.strip() == "Y" else "N"
            texts.append(text + ON if is_toggle(model) and last.get("Toggle") == "On" else text)
        return tuple(texts) if texts else None

    def answer(self, position: Position, question: int) -> Answer:
        """What the form shows: the draft, else what was saved, else nothing."""
        draft = self.drafts.answer(position, question)
        if draft is not None:
            return draft
        return self.saved_answer(position, question) or blank(self._question(position, question))

    def answers(self, position: Position) -> tuple[Answer, ...]:
        """The answers of all questions of the set; none where the page has no set."""
        sets = self.pages[position.page].question_sets
        questions = sets[position.question_set].questions if sets else ()
        return tuple(self.answer(position, index) for index in range(len(questions)))

    def drawn(self, key: PageKey) -> dict[str, Drawn]:
        """What the reader drew on the page, by Image ID."""
        found: dict[str, Drawn] = {}
        for image in self._elements[key].findall("Image"):
            contours = image.findall("LabelMapPath")
            found[(image.get("ID") or "").strip()] = Drawn(
                # The original has no Drawn attribute; what it saved, it had found drawn.
                bool(contours) and (contours[-1].get("Drawn") or "Y") == "Y",
                len(image.findall("MarkupLinePath")),
            )
        return found

    def drawing_paths(self, key: PageKey, image_id: str, name: str) -> list[str]:
        """The texts of the image's LabelMapPath or MarkupLinePath elements, oldest first."""
        images = self._images(key, image_id)
        return [(path.text or "").strip() for path in images[0].findall(name)] if images else []

    def last_state(self, key: PageKey, image: int) -> dict[str, str] | None:
        """The attributes of the newest State of the page's image, counted from 0."""
        states = self._image(key, image).findall("State")
        return {str(name): str(value) for name, value in states[-1].attrib.items()} if states else None

    def last_time(self) -> str:
        """The newest time of an answer or login, in document order of the logins."""
        last = self._logins[-1] if self._logins else {}
        return last.get("LogoutTime") or last.get("LoginTime") or ""

    def login_times(self) -> set[str]:
        return {login.get("LoginTime") or "" for login in self._logins}

    def to_bytes(self) -> bytes:
        return etree.tostring(self.root.getroottree(), xml_declaration=True, encoding="UTF-8")

    # What a reader does

    def apply(self, entry: Entry) -> None:
        """Do what the entry says; raises SessionError where it was written by a newer version."""
        action = _ACTIONS.get(entry["do"])
        if action is None:
            raise SessionError("These results were written by a newer version of this program.")
        action(self, entry)
        self.root.set("JournalEntry", str(entry["n"]))
        if self._logins and "time" in entry:
            self._login_of(entry).set("LogoutTime", entry["time"])

    def replay_draft(self, entry: Entry) -> None:
        """Follow the drafts through an entry whose other effects are in the tree already."""
        if entry["do"] == "draft":
            self.drafts.keep(entry)
        elif entry["do"] == "leave":
            self.drafts.leave(position_of(entry))

    def _login(self, entry: Entry) -> None:
        self._logins.append(appended(self.root, "Login"))
        self._logins[-1].set("LoginTime", entry["time"])
        self.root.set("UserName", entry["reader"])

    def _draft(self, entry: Entry) -> None:
        self.drafts.keep(entry)

    def _leave(self, entry: Entry) -> None:
        """Write what changed, and everything that has no Response yet where the set was completed."""
        position = position_of(entry)
        drafts = self.drafts.leave(position)
        page = self.pages[position.page]
        questions = page.question_sets[position.question_set].questions if page.question_sets else ()
        for index, question in enumerate(questions):
            draft = drafts.get(index)
            saved = self.saved_answer(position, index)
            answer = draft.answer if draft is not None else saved or blank(question)
            if saved is None:
                is_new = entry["passed"] or not is_untouched(question, answer)
            else:
                is_new = answer != saved or (draft is not None and bool(draft.facts))
            if is_new:
                self._write(position, index, answer, draft.facts if draft else {}, entry)
        element = self._elements[position.page]
        if "complete" in entry:
            element.set("PageComplete", entry["complete"])
        shown = (finite(element.get("SecondsShown") or "") or 0.0) + entry["seconds"]
        element.set("SecondsShown", f"{shown:.3f}")
        if "repeat" in entry:
            self._repeat(PageKey(*entry["repeat"]))

    def _write(
        self,
        position: Position,
        index: int,
        answer: Answer,
        facts: Mapping[int, Mapping[str, str]],
        entry: Entry,
    ) -> None:
        question = self._question(position, index)
        for number, (option, text) in enumerate(zip(self._options_of(position, index), answer, strict=True)):
            response = appended(option, "Response")
            stored = stored_text(question, text)
            if stored:
                response.text = stored
            response.set("Event", entry["event"])
            response.set("LoginTime", entry["login"])
            response.set("ResponseTime", entry["time"])
            response.set("Seconds", f"{entry['seconds']:.3f}")
            if entry.get("recovered"):
                response.set("Recovered", "Y")
            if is_toggle(question):
                response.set("Toggle", "On" if text != stored else "Off")
            elif stored != text:
                response.set("Typed", text)
            for name, value in facts.get(number, {}).items():
                response.set(name, value)

    def _rerun(self, entry: Entry) -> None:
        """The page's buttons have to be pressed again (ButtonScriptRerunRequired)."""
        self._elements[key_of(entry)].set("PageComplete", "N")

    def _repeat(self, key: PageKey) -> None:
        original = self.pages[PageKey(key.number)]
        element = copy.deepcopy(self._elements[PageKey(key.number)])
        for name in ("BookmarkID", "SecondsShown"):
            element.attrib.pop(name, None)
        element.set("ID", f"{original.id}-Rep{key.repetition}")
        element.set("Rep", str(key.repetition))
        element.set("PageComplete", "N")
        for name in ("Response", *MADE_BY_READER):
            for made in list(element.iter(name)):
                remove(made)
        last = PageKey(key.number, self.last_repetition(key.number))
        element.tail = self._elements[last].tail
        self._elements[last].addnext(element)
        self._add(key, element, original)

    def _state(self, entry: Entry) -> None:
        image = self._image(key_of(entry), entry["image"])
        states = image.findall("State")
        old = dict(states[-1].attrib) if states else {}
        times = {"LoginTime": entry["login"], "ResponseTime": entry["time"]}
        if any(old.get(name) != value for name, value in entry["attributes"].items()):
            appended(image, "State").attrib.update({**entry["attributes"], **times})

    def _contour(self, entry: Entry) -> None:
        for image in self._images(key_of(entry), entry["image"]):
            known = {(path.text or "").strip(): path for path in image.findall("LabelMapPath")}
            path = known.get(entry["path"])
            if path is None:
                path = appended(image, "LabelMapPath")
                path.text = entry["path"]
                path.set("LoginTime", entry["login"])
                path.set("ResponseTime", entry["time"])
            path.set("Drawn", "Y" if entry["drawn"] else "N")
            if "segments" in entry:
                path.set("Segments", entry["segments"])
                path.set("LostVoxels", str(entry["lost"]))

    def _lines(self, entry: Entry) -> None:
        """The image has these lines and no others: a line that was deleted does not count on."""
        for image in self._images(key_of(entry), entry["image"]):
            known = {(path.text or "").strip(): path for path in image.findall("MarkupLinePath")}
            for text, path in known.items():
                if text not in entry["paths"]:
                    remove(path)
            for text in entry["paths"]:
                if text not in known:
                    path = appended(image, "MarkupLinePath")
                    path.text = text
                    path.set("LoginTime", entry["login"])
                    path.set("ResponseTime", entry["time"])

    def _finish(self, entry: Entry) -> None:
        self._logins[-1].set("QuizComplete", "Y")

    def _nothing(self, entry: Entry) -> None:
        """The entry only says when something happened."""

    # Elements

    def _login_of(self, entry: Entry) -> Element:
        """The login of the entry: an earlier one where its answers are recovered."""
        named = (each for each in reversed(self._logins) if each.get("LoginTime") == entry.get("login"))
        return next(named, self._logins[-1])

    def _add(self, key: PageKey, element: Element, original: Page) -> None:
        page = original
        if key.repetition:
            page = replace(original, id=f"{original.id}-Rep{key.repetition}", bookmark_id="")
        options = [
            [question.findall("Option") for question in question_set.findall("Question")]
            for question_set in element.findall("QuestionSet")
        ]
        shape = [[len(question) for question in questions] for questions in options]
        if shape != [[len(q.options) for q in each.questions] for each in page.question_sets]:
            raise SessionError(f"The questions of the page “{page.title}” cannot be understood.")
        self.pages[key] = page
        self._elements[key] = element
        self._options[key] = options

    def _question(self, position: Position, question: int) -> Question:
        return self.pages[position.page].question_sets[position.question_set].questions[question]

    def _options_of(self, position: Position, question: int) -> list[Element]:
        return self._options[position.page][position.question_set][question]

    def _images(self, key: PageKey, image_id: str) -> list[Element]:
        """The elements of an image; without an ID the page, which has the lines that lie on no image."""
        if not image_id:
            return [self._elements[key]]
        return [
            image
            for image in self._elements[key].findall("Image")
            if (image.get("ID") or "").strip() == image_id
        ]

    def _image(self, key: PageKey, index: int) -> Element:
        """The element of the page's image; the quiz leaves out an Image that it cannot understand."""
        wanted = self.pages[key].images[index]
        rank = sum(image.id == wanted.id for image in self.pages[key].images[:index])
        return self._images(key, wanted.id)[rank]


_ACTIONS: dict[str, Callable[[Results, Entry], None]] = {
    "begin": Results._nothing,
    "login": Results._login,
    "draft": Results._draft,
    "leave": Results._leave,
    "rerun": Results._rerun,
    "state": Results._state,
    "contour": Results._contour,
    "lines": Results._lines,
    "finish": Results._finish,
    "logout": Results._nothing,
    "saved": Results._nothing,
}
