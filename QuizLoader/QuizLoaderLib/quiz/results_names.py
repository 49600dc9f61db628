"""The names that a file of results adds to those of its quiz."""

GIVEN_REGION = "GivenRegion"
NOT_ASKED = "NotAsked"
"""Y of a page, or a Response, that a condition hides."""

MARK_PATH, MEASURE_PATH = "MarkPath", "MeasurePath"
"""Of a mark below its Question, and of what was measured below its Page."""

MADE_BY_READER = ("LabelMapPath", "MarkupLinePath", MARK_PATH, MEASURE_PATH, GIVEN_REGION, "State")
"""Elements that pages and images get besides Responses."""

ELEMENTS_OF_RESULTS = ("Login", "Response", *MADE_BY_READER)

ATTRIBUTES_OF_RESULTS: dict[str, tuple[str, ...]] = {
    "Session": ("UserName", "JournalEntry", "MasterSHA256", "PageOrder", "Attempt"),
    "RandomizedPageGroupIndices": ("Seed",),
    "Page": (
        "PageNumber",
        "PageComplete",
        "Rep",
        "SecondsShown",
        "SecondsActive",
        "TimedOut",
        "FeedbackSeen",
        "RepeatRemoved",
        NOT_ASKED,
        "Sides",
    ),
    "Question": ("OptionOrder",),
    "Option": ("SeenImage",),
}
"""By element of the quiz."""
