"""What the results file of a random walk must have, read with ElementTree and not with the program's own
reader."""

import xml.etree.ElementTree as ElementTree
from pathlib import Path

from random_quizzes import BAD_ANSWERS
from session_by_hand import page_of, saved
from walk_model import Position, WalkModel


class WalkFiles(WalkModel):
    """``attempt`` counts the runs through the quiz from 1; ``earlier`` are the files of those before, as they
    were when they ended."""

    results: Path
    attempt: int
    earlier: dict[Path, bytes]

    @property
    def file(self) -> Path:
        name = "study" if self.attempt == 1 else f"study-Attempt{self.attempt}"
        return Path("walker", name, f"{name}.xml")

    def require_file(self) -> None:
        """The file as an analysis script reads it has each answer ever given, in order."""
        root = saved(self.results / self.file)
        assert int(root.get("Attempt") or 1) == self.attempt
        for earlier, data in self.earlier.items():
            assert (self.results / earlier).read_bytes() == data
        for number, page in enumerate(sorted(self.order), start=1):
            element = page_of(root, number)
            assert (int(element.get("PageNumber") or 0), int(element.get("Rep") or 0)) == page
            assert (element.get("PageComplete") == "Y") == (page in self.complete)
            assert (element.get("TimedOut") == "Y") == (page in self.timed_out)
            has_told = {False: None, True: "Y" if page in self.seen else "N"}[page in self.told]
            assert element.get("FeedbackSeen") == has_told
            assert float(element.get("SecondsShown") or 0) == self.told_s.get(page, 0)
            for index, question_set in enumerate(element.findall("QuestionSet")):
                for question, each in enumerate(question_set.findall("Question")):
                    self.require_question((page, index), question, each)
        last = root.findall("Login")[-1]
        assert (last.get("QuizComplete") == "Y") == self.finished
        assert (last.get("TimedOut") == "Y") == self.quiz_timed_out

    def require_question(self, position: Position, question: int, element: ElementTree.Element) -> None:
        """Between two answers it may be told that the question is not asked, and then again what it had."""
        options = [element] if element.get("Type") == "Mark" else element.findall("Option")
        by_time = list(zip(*(option.findall("Response") for option in options), strict=True))
        is_told = [{each.get("NotAsked") for each in responses} == {"Y"} for responses in by_time]
        given = [each for each, is_hidden in zip(by_time, is_told, strict=True) if not is_hidden]
        typed = [tuple(each.get("Typed") or each.text or "" for each in responses) for responses in given]
        history = self.history_of(position, question)
        assert [answer for index, answer in enumerate(typed) if typed[:index][-1:] != [answer]] == history
        kind = self.questions(position)[question].kind
        stored = ["" if kind == "Integer" and (text,) in BAD_ANSWERS[kind] else text for (text, *_) in typed]
        assert [responses[0].text or "" for responses in given] == stored
        is_hidden = question not in self.asked(position)
        # On a page that cannot be changed any more what shows only now was not asked.
        is_closed = position[0] in self.told | self.timed_out or self.quiz_timed_out
        if history or (self.finished and not is_closed):
            assert is_told[-1:] == [True] * is_hidden or is_told[-1:] == [False]
        elif self.finished or (position[0] in self.complete and position[0] in self.pages()):
            assert is_told == [True] * is_hidden or (is_closed and is_told == [True]), (is_told, is_hidden)
