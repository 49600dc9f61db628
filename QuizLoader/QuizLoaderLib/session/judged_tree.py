"""Given regions in the tree of results: a GivenRegion of the Image for each, whose attributes are the facts
that the journal has of it."""

from ..quiz.results_names import GIVEN_REGION
from .entries import GivenEntry
from .judged_regions import REGION, JudgedRegion, RegionVerdict
from .order import PageKey
from .results_tree import ResultsTree, change, stamped
from .tree import Element, appended, finite, remove


def given_regions(image: Element) -> dict[str, JudgedRegion]:
    """Those of an Image element, by name."""
    return {each.get(REGION) or "": judged_region(each) for each in image.findall(GIVEN_REGION)}


def judged_region(element: Element) -> JudgedRegion:
    """What a GivenRegion says, also one that was changed by hand."""
    given, added, removed, seconds = (
        finite(element.get(name) or "") or 0.0
        for name in ("GivenVoxels", "VoxelsAdded", "VoxelsRemoved", "SecondsInHand")
    )
    said = element.get("Verdict")
    verdict = next((each for each in RegionVerdict if each.value == said), RegionVerdict.NONE)
    fingerprint = element.get("GivenFingerprint") or ""
    return JudgedRegion(verdict, int(given), int(added), int(removed), seconds, fingerprint)


def stored_regions(tree: ResultsTree, key: PageKey, image_id: str) -> dict[str, JudgedRegion]:
    """Those that the results have of the image, by name."""
    images = tree.images(key, image_id) if image_id else []
    return given_regions(images[0]) if images else {}


@change.register
def _given(entry: GivenEntry, tree: ResultsTree) -> None:
    for image in tree.images(entry.page, entry.image) if entry.image else ():
        known = {each.get(REGION): each for each in image.findall(GIVEN_REGION)}
        for name, facts in entry.regions.items():
            element = known.get(name)
            if not facts:
                if element is not None:
                    remove(element)
                continue
            if element is None:
                element = appended(image, GIVEN_REGION)
                element.set(REGION, name)
            # The time that it was in hand goes on after its verdict.
            is_said = any(
                element.get(each) != text for each, text in facts.items() if each != "SecondsInHand"
            )
            element.attrib.update(facts)
            if is_said:
                stamped(element, entry)
