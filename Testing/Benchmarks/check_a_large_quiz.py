"""How long a quiz of 10,000 pages with 6 images each takes to check, as ratios.

The peer is lxml's parse of the same file and one walk over all its elements and attributes; of a quiz with a
condition on each page, in the same words or in others on each, the one without. Reading, checking and looking
for every image file are all in the time.
"""

import gc
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from lxml import etree
from QuizLoaderLib.quiz.checking import check_quiz
from QuizLoaderLib.quiz.image_folder import ImageFolder
from QuizLoaderLib.quiz.parser import read_quiz

PAGES = 10_000
PATIENTS = 500
MOST_TIMES_LXML = 10
MOST_TIMES_A_TENTH = 11
MOST_WITH_CONDITIONS = 1.1
SAME_WORDS, OTHER_WORDS = "malignant = 'Yes'", "[Patient {before}/malignant] = 'Yes'"


def write_quiz(path: Path, pages: int, show_if: str = "") -> None:
    """Pages of a usual reader study: a volume and its segmentation on three views, two questions, of which
    the second one may have a condition, on ``before`` of the page before it."""
    views = (("Red", "Axial"), ("Green", "Coronal"), ("Yellow", "Sagittal"))
    with path.open("w", encoding="utf-8") as file:
        file.write("<Session>\n")
        for number in range(pages):
            condition = f'ShowIf="{show_if.format(before=max(number - 1, 0))}"' if show_if else ""
            folder = f"Study\\Patient-{number % PATIENTS:04d}"
            file.write(f'  <Page ID="Patient {number}" Descriptor="Reading" PageGroup="{number}">\n')
            for view, orientation in views:
                file.write(
                    '    <Image ID="MR" Type="Volume" RotateToAcquisition="Y" WindowLevel="400 40">\n'
                    f"      <DefaultDestination>{view}</DefaultDestination>\n"
                    "      <Layer>Background</Layer>\n"
                    f"      <DefaultOrientation>{orientation}</DefaultOrientation>\n"
                    f"      <Path>{folder}\\mr.nrrd</Path>\n"
                    "    </Image>\n"
                    '    <Image ID="Gold" Type="Segmentation">\n'
                    f"      <DefaultDestination>{view}</DefaultDestination>\n"
                    "      <Layer>Segmentation</Layer>\n"
                    f"      <Path>{folder}\\mr.seg.nrrd</Path>\n"
                    '      <ROIs ROIVisibilityCode="Select"><ROI>Tumour</ROI></ROIs>\n'
                    "    </Image>\n"
                )
            file.write(
                '    <QuestionSet Descriptor="Reading">\n'
                '      <Question Type="Radio" ID="malignant" Descriptor="Malignant?">'
                "<Option>Yes</Option><Option>No</Option></Question>\n"
                f'      <Question Type="IntegerValue" Descriptor="Size" Min="0" Max="99" {condition}>'
                "<Option>mm</Option></Question>\n"
                "    </QuestionSet>\n  </Page>\n"
            )
        file.write("</Session>\n")


def parse_and_walk(path: Path) -> int:
    root = etree.parse(str(path), etree.XMLParser(resolve_entities=False, no_network=True)).getroot()
    seen = 0
    for element in root.iter():
        seen += len(element.tag) + len(element.text or "")
        for name, value in element.attrib.items():
            seen += len(name) + len(value)
    return seen


def check(path: Path, images: Path) -> None:
    quiz, problems = read_quiz(path)
    assert quiz is not None
    problems += check_quiz(quiz, ImageFolder(images))
    assert problems == [], problems[:3]


def with_conditions(plain: Path, asking: Path, images: Path) -> float:
    """The median of three, by the time of the processor alone and in turns."""
    ratios = []
    for _ in range(3):
        seconds = []
        for path in (plain, asking):
            gc.collect()
            start = time.process_time()
            check(path, images)
            seconds.append(time.process_time() - start)
        ratios.append(seconds[1] / seconds[0])
    return statistics.median(ratios)


def best_of(times: int, run: Callable[[], object]) -> float:
    """The shortest of several runs in seconds: what else the machine does only ever adds."""
    seconds = []
    for _ in range(times):
        start = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def main() -> int:
    """Print the ratios; 1 where one is above its limit, else 0."""
    with tempfile.TemporaryDirectory() as folder:
        images = Path(folder)
        for patient in range(PATIENTS):
            own = images / "Study" / f"Patient-{patient:04d}"
            own.mkdir(parents=True)
            (own / "mr.nrrd").touch()
            (own / "mr.seg.nrrd").touch()
        large, small = images / "large.xml", images / "small.xml"
        write_quiz(large, PAGES)
        write_quiz(small, PAGES // 10)
        asking = images / "asking.xml"
        times_plain = {}
        for words in (SAME_WORDS, OTHER_WORDS):
            write_quiz(asking, PAGES, words)
            times_plain[words] = with_conditions(large, asking, images)
        lxml = best_of(5, lambda: parse_and_walk(large))
        ours = best_of(5, lambda: check(large, images))
        tenth = best_of(5, lambda: check(small, images))
    times_lxml, times_a_tenth = ours / lxml, ours / tenth
    print(
        f"check of {PAGES} pages x 6 images / lxml parse and walk: {times_lxml:.1f}"
        f" (at most {MOST_TIMES_LXML})"
    )
    print(
        f"check of {PAGES} pages / check of {PAGES // 10}: {times_a_tenth:.1f} (at most {MOST_TIMES_A_TENTH})"
    )
    for words, times in times_plain.items():
        print(f"check with {words} on each page / without: {times:.2f} (at most {MOST_WITH_CONDITIONS})")
    is_slow = times_lxml > MOST_TIMES_LXML or times_a_tenth > MOST_TIMES_A_TENTH
    return int(is_slow or max(times_plain.values()) > MOST_WITH_CONDITIONS)


if __name__ == "__main__":
    raise SystemExit(main())
