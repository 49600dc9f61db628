"""Drawings: how far they agree, which cases and readers stand out, and what all drew together."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import fmean, median
from typing import TYPE_CHECKING

from ..drawings.image_comparison import ComparedPair, ImageComparison, MixedUp
from ..study_results import NOTHING_AGAIN, Item, LeftOut
from . import charts
from .contact_sheet import contact_sheet
from .numbers_section import Volume
from .parts import CONSENSUS, Cell, Chart, DataTable, ReportOptions, Section, ShownTable, counted
from .slice_pictures import slice_pictures

if TYPE_CHECKING:
    from matplotlib.figure import Figure

TITLE = "Drawings"
_WORST = 12
_ODD_DICE = 0.2
_Pair = tuple[ImageComparison, ComparedPair]


def drawings_section(images: Sequence[ImageComparison], options: ReportOptions) -> Section:
    section = Section(TITLE, written=[f"{CONSENSUS}/{name}" for image in images for name in image.files])
    pairs = list(_pairs(images))
    repeated = [(image, pair) for image, pair in pairs if pair.repetition]
    of_two = [(image, pair) for image, pair in pairs if pair.reader_2 and not pair.repetition]
    if of_two:
        _add_readers(section, images, pairs, of_two, options)
    else:
        section.parts.append("No image was drawn on by two readers.")
    if repeated:
        title = "The same reader again: medians"
        section.parts.append(_regions_table(title, repeated, options.tolerance_mm, "repeated_drawings.csv"))
        section.tables.append(DataTable("repeated_drawings.csv", [_row(i, p) for i, p in repeated]))
    return section


def _add_readers(
    section: Section,
    images: Sequence[ImageComparison],
    pairs: Sequence[_Pair],
    of_two: Sequence[_Pair],
    options: ReportOptions,
) -> None:
    title = "Pairs of readers: medians"
    section.parts.append(_regions_table(title, of_two, options.tolerance_mm, "drawings.csv"))
    against_majority = [(image, pair) for image, pair in pairs if not pair.reader_2]
    if against_majority:
        section.parts += _readers_tables(against_majority)
    mixed_up = [(image, each) for image in images for each in image.mixed_up]
    if mixed_up:
        section.parts.append(_mixed_up_table(images))
    section.parts.append(
        Chart("dice", "Dice of each pair of readers, by region", lambda: _boxes(of_two, "dice", "Dice"))
    )
    title = "95 % Hausdorff distance of each pair of readers, by region"
    section.parts.append(Chart("hd95", title, lambda: _boxes(of_two, "hd95_mm", "mm")))
    section.parts += _worst(images, options.images, section.remarks)
    section.tables += [
        DataTable("drawings.csv", [_row(i, p) for i, p in of_two]),
        DataTable("majority.csv", [_row(i, p) for i, p in against_majority]),
        DataTable("mixed_up.csv", [_mixed_up_row(image, each) for image, each in mixed_up]),
        *_consensus_tables(images),
    ]
    count = sum(len({each.file for each in image.consensus} - {""}) for image in images)
    section.parts.append(
        f"The consensus of each image is in the folder consensus: {counted(count, 'file')}, by majority and "
        "by STAPLE, as segments that 3D Slicer opens."
    )


def volumes_of(images: Sequence[ImageComparison], left_out: list[LeftOut]) -> list[Volume]:
    """What each reader drew of each region, in ml. Of two of the same case and treatment the first counts;
    the others go to ``left_out``."""
    found: dict[tuple[str, Item, str], Volume] = {}
    pages = Counter((each.quiz, each.page_number) for each in (image.drawings.first for image in images))
    several = max(pages.values(), default=0) > 1
    for image in images:
        first = image.drawings.first
        for (reader, region), ml in _volumes_ml(image).items():
            name = f"{region} on {first.image}" if several else region
            volume = Volume(reader, first.item, name, ml)
            if found.setdefault((reader, first.item, name), volume) is not volume:
                where = (reader, first.quiz, first.page, first.item)
                left_out.append(LeftOut(*where, volume.question, NOTHING_AGAIN))
    return list(found.values())


def _volumes_ml(image: ImageComparison) -> dict[tuple[str, str], float]:
    """Of each reader and region, without repetitions."""
    found: dict[tuple[str, str], float] = {}
    for pair in image.pairs:
        if not pair.repetition:
            found[pair.reader_1, pair.region] = pair.measures.volume_1_ml
            if pair.reader_2:
                found[pair.reader_2, pair.region] = pair.measures.volume_2_ml
    return found


def _pairs(images: Sequence[ImageComparison]) -> Iterator[_Pair]:
    for image in images:
        for pair in image.pairs:
            yield image, pair


def _where(image: ImageComparison, region: str) -> dict[str, Cell]:
    first = image.drawings.first
    return {"case": first.item.case, "page": first.page, "image": first.image, "region": region}


def _row(image: ImageComparison, pair: ComparedPair) -> dict[str, Cell]:
    measures = pair.measures
    names = (
        "dice",
        "surface_dice",
        "tolerance_mm",
        "hd95_mm",
        "mean_surface_mm",
        "volume_1_ml",
        "volume_2_ml",
    )
    return {
        **_where(image, pair.region),
        "reader": pair.reader_1,
        "reader_1": pair.reader_1,
        "reader_2": pair.reader_2,
        "repetition": pair.repetition,
        **{name: getattr(measures, name) for name in names},
    }


def _mixed_up_row(image: ImageComparison, each: MixedUp) -> dict[str, Cell]:
    return {
        **_where(image, each.region),
        "reader": each.reader,
        "other_region": each.other,
        "dice_region": each.dice_region,
        "dice_other": each.dice_other,
    }


def _regions_table(title: str, pairs: Sequence[_Pair], tolerance_mm: float, file: str) -> ShownTable:
    by_region: dict[str, list[_Pair]] = defaultdict(list)
    for image, pair in pairs:
        by_region[pair.region].append((image, pair))
    rows: list[list[Cell]] = []
    for region, own in by_region.items():
        measures = [pair.measures for _, pair in own]
        dices = [each.dice for each in measures]
        rows.append(
            [
                region,
                len({id(image) for image, _ in own}),
                len(own),
                median(dices),
                min(dices),
                median(each.surface_dice for each in measures),
                median(each.hd95_mm for each in measures),
                median(each.mean_surface_mm for each in measures),
                sum(bool(each.note) for each in measures),
            ]
        )
    header = ["Region", "Images", "Pairs", "Dice", "Least", f"Surface Dice at {tolerance_mm:g} mm"]
    header += ["HD95 (mm)", "Mean distance (mm)", "Pairs with an empty one"]
    return ShownTable(title, header, rows, file)


def _readers_tables(pairs: Sequence[_Pair]) -> Iterator[ShownTable]:
    by_reader: dict[str, dict[str, list[ComparedPair]]] = defaultdict(lambda: defaultdict(list))
    for _, pair in pairs:
        by_reader[pair.reader_1][pair.region].append(pair)
    regions = list(dict.fromkeys(pair.region for _, pair in pairs))
    rows: list[list[Cell]] = []
    for reader, own in sorted(by_reader.items(), key=lambda each: each[0].casefold()):
        every = [pair for each in own.values() for pair in each]
        dices = [
            median(pair.measures.dice for pair in own[region]) if own[region] else None for region in regions
        ]
        bias = [
            pair.measures.volume_1_ml / pair.measures.volume_2_ml - 1
            for pair in every
            if pair.measures.volume_2_ml
        ]
        volume = f"{median(bias):+.0%}".replace("-", "−") if bias else None
        rows.append([reader, len(every), *dices, median(pair.measures.hd95_mm for pair in every), volume])
    least = [min(value for value in row[2:-2] if isinstance(value, float)) for row in rows]
    odd = frozenset(n for n, value in enumerate(least) if value < median(least) - _ODD_DICE)
    header = ["Reader", "Drawings", *(f"Dice of {region}" for region in regions), "HD95 (mm)", "Volume"]
    yield ShownTable(
        "Each reader against the majority of the others: medians", header, rows, "majority.csv", odd
    )


def _mixed_up_table(images: Sequence[ImageComparison]) -> ShownTable:
    found: dict[tuple[str, str, str], list[tuple[float, float]]] = defaultdict(list)
    for image in images:
        for each in image.mixed_up:
            found[each.reader, each.region, each.other].append((each.dice_region, each.dice_other))
    rows: list[list[Cell]] = [
        [reader, region, other, len(own), fmean(a for a, _ in own), fmean(b for _, b in own)]
        for (reader, region, other), own in sorted(found.items(), key=lambda each: -len(each[1]))
    ]
    header = ["Reader", "Region", "Most call it", "Images", "Dice by its name", "Dice by the other"]
    strong = frozenset(range(len(rows)))
    return ShownTable("Regions that may be mixed up", header, rows, "mixed_up.csv", strong)


def _boxes(pairs: Sequence[_Pair], measure: str, label: str) -> "Figure":
    """By region, of each pair; regions with few voxels differ more in Dice, so they are not put together."""
    by_region: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for _, pair in pairs:
        for reader in (pair.reader_1, pair.reader_2):
            by_region[pair.region][reader].append(getattr(pair.measures, measure))
    figure, axes = charts.panels(len(by_region), share=True)
    for place, (region, by_reader) in zip(axes, by_region.items(), strict=False):
        ordered = dict(sorted(by_reader.items(), key=lambda each: each[0].casefold()))
        charts.boxes(place, ordered, region, label)
    return figure


def _worst(
    images: Sequence[ImageComparison], image_folder: Path | None, remarks: list[str]
) -> list[str | ShownTable | Chart]:
    found = [(image, snapshot) for image in images for snapshot in image.snapshots]
    found.sort(key=lambda each: each[1].dice)
    worst = [each for each in found[:_WORST] if math.isfinite(each[1].dice)]
    pictures = slice_pictures(worst, image_folder, remarks) if image_folder is not None else {}
    rows: list[list[Cell]] = [
        [str(image.drawings.first.item), image.drawings.first.image, snapshot.region, snapshot.dice]
        for image, snapshot in worst
    ]
    header = ["Case", "Image", "Region", "Mean Dice of pairs"]
    title = (
        "The worst cases, each on the slice where the drawings differ most, in the order of the table above"
    )
    return [
        ShownTable("The worst cases", header, rows, "drawings.csv"),
        Chart("worst_cases", title, lambda: contact_sheet(worst, pictures), is_photo=True),
    ]


def _consensus_tables(images: Sequence[ImageComparison]) -> list[DataTable]:
    rows: list[dict[str, Cell]] = []
    estimates: list[dict[str, Cell]] = []
    for image in images:
        for each in image.consensus:
            where = _where(image, each.region)
            more: dict[str, Cell] = {"method": each.method, "readers": len(each.readers), "file": each.file}
            rows.append({**where, **more, "volume_ml": each.volume_ml})
            of_readers = zip(each.readers, each.sensitivities, each.specificities, strict=False)
            for reader, sensitivity, specificity in of_readers:
                own: dict[str, Cell] = {"sensitivity": sensitivity, "specificity": specificity}
                estimates.append({**where, "reader": reader, **own})
    return [DataTable("consensus.csv", rows), DataTable("staple.csv", estimates)]
