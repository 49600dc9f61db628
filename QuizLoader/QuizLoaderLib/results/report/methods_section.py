"""The paragraph on methods, to be put into a paper."""

import platform
from collections.abc import Collection
from importlib.metadata import PackageNotFoundError, version

from ... import __version__
from ..drawings.consensus import MARGIN
from ..estimates import DRAWS, SEED
from .drawings_section import TITLE as DRAWINGS
from .parts import ReportOptions, Section

TITLE = "Methods"
_PACKAGES = ("numpy", "scipy", "SimpleITK", "matplotlib")

_CATEGORIES = (
    "Agreement on categories is given as the share of equal answers (Wilson's interval), Cohen's kappa of "
    "each pair of readers (p_o − p_e) / (1 − p_e), with the large-sample interval of Fleiss, Cohen and "
    "Everitt, where categories are in order also with linear and quadratic weights; as Fleiss' kappa over "
    "the cases that all readers answered; and as Krippendorff's alpha 1 − D_o / D_e over all answers, "
    "nominal or ordinal."
)
_NUMBERS = (
    "Agreement on numbers is given as ICC(2,1), ICC(3,1) and ICC(2,k) with F intervals over the cases that "
    "all readers answered, as Krippendorff's alpha with the interval metric, and as bias and 95 % limits of "
    "agreement of each pair (mean ± 1.96 SD of the differences)."
)
_BOOTSTRAP = (
    "Intervals of measures over all readers are percentiles of a bootstrap over cases ({draws:,} samples, "
    "seed {seed})."
)
_PERFORMANCE = (
    "Areas under ROC curves are empirical (Mann and Whitney), with DeLong's standard errors. Modalities are "
    "compared by Obuchowski and Rockette's model with Hillis' degrees of freedom, for random and for fixed "
    "readers and cases; covariances are DeLong's for areas and those of the jackknife for sensitivity and "
    "specificity, whose intervals by reader are Wilson's."
)
_LOCALIZATION = (
    "Each lesion takes the nearest mark within its tolerance, the nearest pair first; all other marks are "
    "false. FROC curves have false marks per case and lesions marked; the JAFROC1 figure of merit is the "
    "area under the AFROC curve of all cases, with the straight line to (1, 1); LROC goes by the highest "
    "mark of each case. Modalities are compared as above, with covariances of the jackknife over cases."
)
_DRAWINGS = (
    "Drawings are compared on the voxel grid of their image, others being resampled by the nearest voxel. "
    "The Dice coefficient is 2 |A ∩ B| / (|A| + |B|), 1 where both are empty. Surface elements and their "
    "areas are those of Nikolov et al.; surface Dice is the share of both surfaces within {tolerance:g} mm "
    "of the other; HD95 is the greater of both directed 95th percentiles of distances, weighted by area. "
    "The majority of n readers is where more than n / 2 drew. STAPLE begins and ends "
    "as ITK's does; its consensus is where the probability is at least one half, within the box around all "
    "drawings and {margin} voxel more."
)
_COUNTING = (
    "Only completed pages count, and of several answers to a question the last. Of several attempts at a "
    "quiz the first counts; repetitions of a page are compared with the same reader's first answers alone. "
    "A reader who completed a page without drawing on an image on which others drew has an empty drawing. "
    "What does not count is listed in left_out.csv."
)
REFERENCES = {
    "Categories": (
        "Cohen J. Weighted kappa. Psychol Bull 1968;70:213-220.",
        "Fleiss JL. Measuring nominal scale agreement among many raters. Psychol Bull 1971;76:378-382.",
        "Fleiss JL, Cohen J, Everitt BS. Large sample standard errors of kappa and weighted kappa. Psychol "
        "Bull 1969;72:323-327.",
        "Krippendorff K. Computing Krippendorff's alpha-reliability. University of Pennsylvania, 2011.",
    ),
    "Numbers": (
        "Shrout PE, Fleiss JL. Intraclass correlations. Psychol Bull 1979;86:420-428.",
        "McGraw KO, Wong SP. Forming inferences about some intraclass correlation coefficients. Psychol "
        "Methods 1996;1:30-46.",
        "Bland JM, Altman DG. Statistical methods for assessing agreement between two methods of clinical "
        "measurement. Lancet 1986;327:307-310.",
    ),
    "Performance": (
        "DeLong ER, DeLong DM, Clarke-Pearson DL. Comparing the areas under two or more correlated receiver "
        "operating characteristic curves. Biometrics 1988;44:837-845.",
        "Obuchowski NA, Rockette HE. Hypothesis testing of diagnostic accuracy for multiple readers and "
        "multiple tests. Commun Stat Simul Comput 1995;24:285-308.",
        "Hillis SL. A comparison of denominator degrees of freedom methods for multiple observer ROC "
        "analysis. Stat Med 2007;26:596-619.",
        "Wilson EB. Probable inference, the law of succession, and statistical inference. J Am Stat Assoc "
        "1927;22:209-212.",
        "Chakraborty DP, Berbaum KS. Observer studies involving detection and localization: modeling, "
        "analysis, and validation. Med Phys 2004;31:2313-2330.",
    ),
    DRAWINGS: (
        "Nikolov S et al. Clinically applicable segmentation of head and neck anatomy for radiotherapy. J "
        "Med Internet Res 2021;23:e26151.",
        "Warfield SK, Zou KH, Wells WM. Simultaneous truth and performance level estimation (STAPLE). IEEE "
        "Trans Med Imaging 2004;23:903-921.",
    ),
}


def methods_section(with_data: Collection[str], options: ReportOptions, has_marks: bool = False) -> Section:
    """Of the sections ``with_data``, by their titles; ``has_marks`` that are compared with lesions."""
    texts = {
        "Categories": _CATEGORIES,
        "Numbers": _NUMBERS,
        "Performance": f"{_PERFORMANCE} {_LOCALIZATION}" if has_marks else _PERFORMANCE,
        DRAWINGS: _DRAWINGS.format(tolerance=options.tolerance_mm, margin=MARGIN),
    }
    paragraph = [text for title, text in texts.items() if title in with_data]
    if {"Categories", "Numbers", "Performance"} & set(with_data):
        paragraph.append(_BOOTSTRAP.format(draws=DRAWS, seed=SEED))
    used = [f"{name} {found}" for name in _PACKAGES if (found := _version(name))]
    made = f"Computed by QuizLoader {__version__} with Python {platform.python_version()}, {', '.join(used)}."
    section = Section(TITLE, [" ".join([_COUNTING, *paragraph, made])])
    section.parts += [each for title, own in REFERENCES.items() if title in with_data for each in own]
    return section


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""
