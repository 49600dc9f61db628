"""Which fact of a page stands for what in a table of results."""

from enum import Enum


class PageFact(str, Enum):
    """What of a page is the case or the modality of a multi-reader multi-case table."""

    CASE = "case"
    TREATMENT = "treatment"
    PAGE_ID = "page-id"
    PAGE_DESCRIPTOR = "page-descriptor"
    PAGE_GROUP = "page-group"
    IMAGES = "images"
