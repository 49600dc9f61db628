"""Many made studies whose truth is known: intervals hold it, and tests reject it, as often as they say.

QUIZLOADER_SOAK=1 (``make soak``) makes 2,000 of each; every other run makes a tenth.
"""

import os

import numpy as np
import pytest
from QuizLoaderLib.results.agreement import cohen_kappa, fleiss_kappa
from QuizLoaderLib.results.performance import compare_modalities
from studies_by_chance import null_study

SOAK = bool(os.environ.get("QUIZLOADER_SOAK"))
STUDIES = 2000 if SOAK else 200


def test_intervals_of_kappa_hold_it_as_often_as_they_say():
    """100 cases, two readers, kappa 0.6: so often the second says what the first did, else he guesses."""
    random = np.random.default_rng(20_240_607)
    by_bootstrap = by_formula = 0
    for study in range(STUDIES):
        first, second = random.integers(0, 2, (2, 100)).astype(float)
        second = np.where(random.random(100) < 0.6, first, second)
        drawn, computed = (
            fleiss_kappa(np.stack([first, second]), 2, seed=study),
            cohen_kappa(first, second, 2),
        )
        by_bootstrap += drawn.ci_low <= 0.6 <= drawn.ci_high
        by_formula += computed.ci_low <= 0.6 <= computed.ci_high

    print(f"{STUDIES} studies: held by bootstrap {by_bootstrap}, by formula {by_formula}")
    assert by_bootstrap / STUDIES == pytest.approx(0.95, abs=0.02 if SOAK else 0.05)
    assert by_formula / STUDIES == pytest.approx(0.95, abs=0.02 if SOAK else 0.05)


def test_modalities_that_do_not_differ_are_told_apart_as_rarely_as_asked_for():
    random = np.random.default_rng(1997)
    rejected = 0
    areas = []
    for _ in range(STUDIES):
        found = compare_modalities(null_study(random))
        rejected += found.comparisons[0].p < 0.05
        areas.append(found.estimates.mean())

    print(f"{STUDIES} studies: rejected {rejected}, mean area {np.mean(areas):.4f}")
    assert np.mean(areas) == pytest.approx(0.855, abs=0.005)
    assert rejected / STUDIES == pytest.approx(0.05, abs=0.015 if SOAK else 0.03)
