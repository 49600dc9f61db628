"""Multi-reader multi-case studies made by chance, whose truth is known."""

import numpy as np
from QuizLoaderLib.results.performance import Readings


def null_study(random: np.random.Generator, readers: int = 5, cases: int = 50) -> Readings:
    """Ratings of so many positive and negative cases in two modalities that do not differ; the area is 0.855.

    Roe CA, Metz CE. Dorfman-Berbaum-Metz method for statistical analysis of multireader, multimodality ROC
    data: validation with computer simulation. Acad Radiol 1997: structure HL (variances of cases 0.3, cases
    by modalities 0.3, cases by readers 0.2, the rest 0.2; readers and readers by modalities 0.0055).
    """
    scores = []
    for mean in (1.5, 0.0):

        def part(variance: float, *shape: int) -> np.ndarray:
            return random.normal(0, np.sqrt(variance), shape)

        scores.append(
            mean
            + part(0.0055, 1, readers, 1)
            + part(0.0055, 2, readers, 1)
            + part(0.3, 1, 1, cases)
            + part(0.3, 2, 1, cases)
            + part(0.2, 1, readers, cases)
            + part(0.2, 2, readers, cases)
        )
    names = ("CT", "MR"), tuple(map(str, range(readers))), tuple(map(str, range(2 * cases)))
    return Readings(*names, np.arange(2 * cases) < cases, np.concatenate(scores, axis=2))
