"""Quizzes as text for the tests: only what a test is about is written there."""

from pathlib import Path

from QuizLoaderLib.quiz.checking import check_quiz
from QuizLoaderLib.quiz.image_folder import ImageFolder
from QuizLoaderLib.quiz.model import Image, Page, Question, Quiz
from QuizLoaderLib.quiz.parser import read_quiz
from QuizLoaderLib.quiz.problems import Problem

QUESTIONS = '<QuestionSet><Question Type="InfoBox"><Option>Look</Option></Question></QuestionSet>'


def image(attributes: str = "", children: str = "", path: str = "ct.nrrd") -> str:
    """An Image; a Volume with the ID CT unless the attributes say something else."""
    type_ = "" if "Type=" in attributes else ' Type="Volume"'
    id_ = "" if attributes.startswith("ID=") or " ID=" in attributes else ' ID="CT"'
    return f"<Image{id_}{type_} {attributes}>{children}<Path>{path}</Path></Image>"


def page(attributes: str = "", *content: str) -> str:
    id_ = "" if attributes.startswith("ID=") or " ID=" in attributes else ' ID="P"'
    return f"<Page{id_} {attributes}>\n" + "\n".join(content) + f"{QUESTIONS}\n</Page>"


def session(*pages: str, attributes: str = "") -> str:
    """A Session; of its pages with the ID P the second is P2, and so on."""
    pages = tuple(
        text.replace('<Page ID="P"', f'<Page ID="P{number}"' if number > 1 else '<Page ID="P"', 1)
        for number, text in enumerate(pages, start=1)
    )
    return f"<Session {attributes}>\n" + "\n".join(pages) + "\n</Session>\n"


def read(folder: Path, text: str | bytes) -> tuple[Quiz | None, list[Problem]]:
    path = folder / "quiz.xml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_quiz(path)


def problems_of(folder: Path, text: str, images: ImageFolder | None = None) -> list[Problem]:
    """What the reader and the check say of a quiz."""
    quiz, problems = read(folder, text)
    assert quiz is not None, problems
    return problems + check_quiz(quiz, images)


def codes_of(folder: Path, text: str, images: ImageFolder | None = None) -> list[str]:
    return [problem.code for problem in problems_of(folder, text, images)]


def only_problem(folder: Path, text: str, images: ImageFolder | None = None) -> Problem:
    problems = problems_of(folder, text, images)
    assert len(problems) == 1, problems
    return problems[0]


def read_page(folder: Path, text: str) -> Page:
    quiz, problems = read(folder, session(text))
    assert quiz is not None
    assert not problems
    return quiz.pages[0]


def read_image(folder: Path, text: str) -> Image:
    return read_page(folder, page("", text)).images[0]


def question(attributes: str, *options: str) -> str:
    listed = "".join(f"<Option>{option}</Option>" for option in options)
    return f"<QuestionSet><Question {attributes}>{listed}</Question></QuestionSet>"


def read_question(folder: Path, text: str) -> Question:
    return read_page(folder, page("", text)).question_sets[0].questions[0]
