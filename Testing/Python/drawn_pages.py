"""A quiz of which much is drawn for its reader, for a story in each host: two images whose sides are random,
a ranking and orders of options; and three planes, a preset and Markdown."""

from pathlib import Path

import numpy as np
from panel_stage import write_image
from QuizLoaderLib.session.draws import SIDES
from session_by_hand import page_of, saved

NAMES = ("Dark", "Light")
QUIZ = """<Session><WindowPreset Name="Block" Window="500" Level="250"/>
<Page ID="Pair" Layout="SideBySideRedYellow" RandomizeSides="Red Yellow">
<Image ID="Dark" Type="Volume" WindowLevel="1000 500"><DefaultDestination>Red</DefaultDestination><Path>dark.nrrd</Path></Image>
<Image ID="Light" Type="Volume" WindowLevel="1000 500"><DefaultDestination>Yellow</DefaultDestination><Path>light.nrrd</Path></Image>
<QuestionSet>
<Question ID="better" Type="Radio" Descriptor="Better"><Option View="Red">Left</Option><Option View="Yellow">Right</Option></Question>
<Question Type="CheckBox" Descriptor="Why dark" RandomizeOptions="Y" ShowIf="better = 'Dark'">
<Option>a</Option><Option>b</Option><Option>c</Option><Option Fixed="Y">none</Option></Question>
</QuestionSet></Page>
<Page ID="Planes"><Image ID="Light" Type="Volume" Planes="Sagittal Axial Coronal"><Path>light.nrrd</Path></Image>
<QuestionSet>
<Question Type="InfoBox" Descriptor="Note" Format="Markdown"><Option>Look **closely**:
- at &lt;b>it&lt;/b>
- [here](https://example.org/?a=1&amp;b=2)</Option></Question>
<Question Type="Ranking" Descriptor="Worst first"><Option>Noise</Option><Option>Blur</Option><Option>Motion</Option></Question>
<Question Type="DropDown" Descriptor="Side" RandomizeOptions="Y"><Option>Left</Option><Option>Right</Option><Option>Both</Option></Question>
<Question Type="Matrix" Descriptor="Good" RandomizeOptions="Y"><Row>Sharp</Row><Row>Calm</Row><Option>no</Option><Option>yes</Option></Question>
</QuestionSet></Page></Session>"""  # noqa: E501
OPTIONS = {"Why dark": ("a", "b", "c", "none"), "Worst first": ("Noise", "Blur", "Motion"),
           "Side": ("Left", "Right", "Both"), "Good": ("Sharp", "Calm")}  # fmt: skip


def write(folder: Path) -> Path:
    """The quiz, with its images in ``folder/images``: one nearly black, the other nearly white."""
    for name, value in (("dark", 100), ("light", 900)):
        write_image(folder / "images" / f"{name}.nrrd", np.full((40, 40, 40), value, np.int16))
    (folder / "drawn.xml").write_text(QUIZ, encoding="utf-8")
    return folder / "drawn.xml"


class Drawn:
    """What a reader's results say was drawn."""

    def __init__(self, results: Path) -> None:
        self._path = results / "Ann" / "drawn" / "drawn.xml"
        root = saved(self._path)
        self.left = NAMES[page_of(root, 1).get(SIDES) != "Red Yellow"]
        self._orders = {each.get("Descriptor"): each.get("OptionOrder") for each in root.iter("Question")}

    def order(self, question: str) -> list[str]:
        """Its options, or rows, as they are shown."""
        return [OPTIONS[question][int(place) - 1] for place in (self._orders[question] or "").split()]

    def answers(self) -> dict[str, list[str]]:
        """The newest Responses by the question's Descriptor."""
        questions = saved(self._path).iter("Question")
        return {
            each.get("Descriptor") or "": [
                (field.findall("Response")[-1].text or "")
                for field in each.iter()
                if field.find("Response") is not None
            ]
            for each in questions
        }
