"""The tables of performance, and modalities compared in them."""

from ..estimates import Estimate
from ..performance import ModalityAnalysis
from .parts import Cell, DataTable, Section, ShownTable, interval


class PerformanceRows:
    """The rows of the tables of performance, of all questions."""

    def __init__(self) -> None:
        self.areas: list[dict[str, Cell]] = []
        self.rates: list[dict[str, Cell]] = []
        self.comparisons: list[dict[str, Cell]] = []
        self.components: list[dict[str, Cell]] = []

    def add_rate(
        self,
        question: str,
        measure: str,
        reader: str,
        modality: str,
        estimate: Estimate,
        threshold: float | None = None,
    ) -> list[Cell]:
        """Gives the row that is shown."""
        self.rates.append(
            {
                "question": question,
                "measure": measure,
                "threshold": threshold,
                "reader": reader,
                "modality": modality,
                "n": estimate.n,
                "estimate": estimate.value,
                "ci_low": estimate.ci_low,
                "ci_high": estimate.ci_high,
            }
        )
        low_high = interval(estimate.ci_low, estimate.ci_high)
        return [measure, reader, modality, estimate.n, estimate.value, low_high]

    def tables(self) -> list[DataTable]:
        """Those that have any."""
        tables = {
            "auc.csv": self.areas,
            "rates.csv": self.rates,
            "mrmc.csv": self.comparisons,
            "components.csv": self.components,
        }
        return [DataTable(file, found) for file, found in tables.items() if found]


_COMPARED = (
    "factor_readers",
    "factor_cases",
    "modality_1",
    "modality_2",
    "estimate",
    "se",
    "df",
    "ci_low",
    "ci_high",
    "statistic",
    "df1",
    "df2",
    "p",
)


def add_analysis(section: Section, name: str, analysis: ModalityAnalysis, rows: PerformanceRows) -> None:
    shown: list[list[Cell]] = []
    for each in analysis.comparisons:
        row: dict[str, Cell] = {"question": name, "method": analysis.method}
        rows.comparisons.append(row | {column: getattr(each, column) for column in _COMPARED})
        what = f"{each.modality_1} − {each.modality_2}" if each.modality_2 else each.modality_1
        factors = f"{each.factor_readers}, {each.factor_cases}"
        low_high = interval(each.ci_low, each.ci_high)
        shown.append([factors, what, each.estimate, each.se, low_high, each.statistic, each.p])
    parts = analysis.components
    names = ("reader", "treatment_reader", "error", "cov1", "cov2", "cov3")
    rows.components.append(
        {"question": name, "method": analysis.method, **{each: getattr(parts, each) for each in names}}
    )
    header = ["Readers, cases", "Modality", "Estimate", "SE", "95 %", "F, t or z", "p"]
    if shown:
        title = f"{name}: modalities over readers and cases ({analysis.method})"
        section.parts.append(ShownTable(title, header, shown, "mrmc.csv"))
    section.parts += analysis.notes
