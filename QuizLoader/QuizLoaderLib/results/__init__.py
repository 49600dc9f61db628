"""What all readers answered: tables, agreement, performance, and one report of it.

The statistics are pure functions on arrays, for scripts too::

    from QuizLoaderLib.results import agreement, performance

    kappa = agreement.cohen_kappa(first, second, categories=3, weights="quadratic")
    print(kappa.value, kappa.ci_low, kappa.ci_high, kappa.note)

These need numpy and scipy (the extra ``report``). A missing answer is NaN everywhere.
"""
