"""The columns of the tables of answers and scores, and what each means."""

TIMED_OUT_COLUMN = {
    "timed_out": "`Y` where the page is complete because its time (`TimeLimit`) was over, whatever is missing"
}
TIME_COLUMNS = {
    "seconds_shown": (
        "How long the page was on the screen of a reader who was there, over all visits; empty in "
        "files of the Image Quizzer"
    ),
    "seconds_active": (
        "Of these, without gaps longer than the Session's IdleAfter (60) in which the reader did "
        "nothing; empty where an earlier version measured a visit"
    ),
}
"""What a page took, in both tables."""

RIGHT_COLUMNS = {
    "right": (
        "What is right there: `Y` or `N` for an option, the option of a Matrix row, the number, or the "
        "texts; empty where nothing is right"
    ),
    "score": "What the last answer to the question scores, in the row of its first option",
    "of": "What a right answer to the question would score, in the same row",
}
"""Of questions with a right answer, in the table of answers."""

GIVEN_COLUMNS = {
    "region": "Of a GivenRegion, its name",
    "given_voxels": "How many voxels it had as it was given",
    "added_voxels": "Of what the reader left, how many were not given",
    "removed_voxels": "Of what was given, how many the reader took away",
    "dice_to_given": "Dice of what the reader left to what was given, from 0 to 1",
    "seconds_in_hand": "How long the region was the one in hand",
}
"""Of regions that were given to judge, in the table of answers."""

ANSWER_COLUMNS = {
    "reader": "The reader's name",
    "quiz": "The name of the quiz file, without `.xml`",
    "position": "The page's place in this reader's order, from 1",
    "page_number": (
        "The page's place in the quiz file, from 1: the same for all readers, and for the "
        "repetitions of a page"
    ),
    "page_id": "The page's ID, without the `-Rep1` of a repetition",
    "page_descriptor": "The page's Descriptor",
    "repetition": "0, or the number of the repetition of a page with `Loop`",
    "page_group": "The page's group",
    "group_position": "The group's place in this reader's order, from 1; empty where the order is not random",
    "page_complete": "`Y` where the reader has completed the page",
    "question_set": "The question set's place on its page, from 1",
    "question_set_id": "Its ID",
    "question": "The question's place in its set, from 1",
    "question_type": (
        "Radio, DropDown, Slider, Matrix, Ranking, CheckBox, Text, IntegerValue, FloatValue, InfoBox, "
        "Picture, Button; LabelMapPath, MarkupLinePath or MeasurePath for a file that was drawn; "
        "GivenRegion for a region that was given to judge (`StartFrom`)"
    ),
    "question_descriptor": "The question's Descriptor",
    "option": "The option's place in its question, from 1; for a Matrix the row's",
    "option_label": (
        "The option's text; for a Matrix the row's, empty for a Slider, for a drawn file or a given region "
        "the ID of its image"
    ),
    "response": (
        "`Y` or `N` for Radio, DropDown and CheckBox; the place from 1 for a Ranking; what was typed; for a "
        "drawn file its path below the reader's folder; Accepted, Corrected, Rejected or nothing for a given "
        "region"
    ),
    "length_mm": "Of a line; empty where its image does not say how large its pixels are",
    "last_answer": "`Y` on the newest Response of the option, else `N`",
    "event": "What the reader did then: NextBtn, Previous, GoToBookmark, "
    "ReturnFromBookmark, GoToPage, Repeat, TimedOut, ExitBtn, Finish",
    "login_time": "When the reader signed in, local time, ISO 8601",
    "response_time": "When the question set was left, local time, ISO 8601",
    "seconds": "Since the question set was shown; in files of the Image Quizzer since the answers before",
    **TIME_COLUMNS,
    "not_asked": (
        "`Y` where a condition (`ShowIf`) hid the question then: the response is empty, and what was "
        "answered before does not count; of a file that was drawn, or a region that was judged, where it "
        "hides their page"
    ),
    "case": "The page's Case, else its ID",
    "treatment": "The page's Treatment, else its Descriptor",
    "option_image": "The image that the reader saw on the view which the option is tied to; empty for others",
    **RIGHT_COLUMNS,
    **TIMED_OUT_COLUMN,
    "attempt": "1, or the number of the reader's run of this quiz",
    **GIVEN_COLUMNS,
    "arrow_text": "Of an arrow on an image: what the reader wrote beside it",
}
"""The columns of the table of answers, and what each means."""

MRMC_COLUMNS = {
    "reader": "The reader's name",
    "case": "What `--case` chooses of a page",
    "modality": "What `--modality` chooses of a page",
    "question": (
        "The question's Descriptor, else its set's ID and its place; with `: ` and the option's "
        "text where each option has a score"
    ),
    "score": "The number",
    "repetition": "0, or the number of the repetition",
    "answer": "The answer in words",
    "quiz": "The name of the quiz file",
    "page_complete": "`Y` where the reader has completed the page",
    **TIME_COLUMNS,
    "scale": (
        "What the scores are: `nominal` (categories), `ordinal` (options that begin with numbers), "
        "`interval` (numbers, lengths); empty for a Button"
    ),
    **TIMED_OUT_COLUMN,
}
"""Those of the table for multi-reader multi-case statistics."""


MARK_COLUMNS = {
    "reader": "The reader's name",
    "page": "The page's ID, with `-Rep1` and so on for a repetition",
    "case": "The page's Case, else its ID",
    "treatment": "The page's Treatment, else its Descriptor",
    "image": "The ID of the image that it lies on, empty where it lies on none",
    "number": "Counts the marks of the question from 1; those of deleted marks are left out",
    "tool": "Point, Line, Angle, Box, Ellipse or Curve",
    "x_lps_mm": "Its centre, to the patient's left",
    "y_lps_mm": "To the back",
    "z_lps_mm": "Upwards",
    "size": "Length, angle or area; empty for a point",
    "unit": "`mm`, `degrees` or `mm2`; `px` and `px2` on an image that is not calibrated",
    "region_under": "The regions that the view showed under its centre, with `; ` between them",
    "slice": "The slice of the view, counted as the view counts it",
    "view": "Red, Green, Yellow or Slice4: where it was placed, or moved last",
    "seconds": "How long the page had been shown, over all visits, when the mark was placed",
    "rating": "The answer that `Rating` names, as a number: as the score in the table above",
    "question": "As in the table above",
    "mean": "Of the values under a Box, Ellipse or Curve",
    "sd": "Their standard deviation",
    "minimum": "The smallest of them",
    "maximum": "The largest",
    "value_unit": "Their unit, where the image has one",
    "quiz": "The name of the quiz file",
    "attempt": "1, or the number of the reader's run of this quiz",
    "page_complete": "`Y` where the reader has completed the page",
}
"""Those of the table of marks; behind them is one for each question of the forms."""


SCORE_COLUMNS = {
    "reader": "The reader's name",
    "quiz": "The name of the quiz file, without `.xml`",
    "attempt": "1, or the number of the reader's run of this quiz",
    "page": "The page's ID, with `-Rep1` and so on for a repetition",
    "case": "The page's Case, else its ID",
    "treatment": "The page's Treatment, else its Descriptor",
    "question": "As in the table of `answers --mrmc`; of a drawing the image's ID",
    "region_or_mark": (
        "The region of a drawing; of marks the lesion, or the mark that hit nothing; empty for an answer"
    ),
    "answer": "The last answer in words; of a lesion the mark that hit it",
    "right_answer": "What is right, in words",
    "measure": (
        "`Right`: how much of it is right; of a drawing `Dice`, `SurfaceDice` or `HD95`; `Hit` of a lesion, "
        "`FalseMark` of a mark that hit nothing"
    ),
    "value": "From 0 (wrong) to 1 (right); of HD95 mm; 1 of a lesion that was hit, and of a false mark",
    "score": "What it scores of the points of the question; what a false mark takes away is below 0",
    "of": "What a right answer scores: the points of the question, each lesion a part of them",
    **TIME_COLUMNS,
}
"""The columns of the table of scores."""

READER_TOTAL_COLUMNS = {
    "reader": "The reader's name",
    "quiz": "The name of the quiz file",
    "attempt": "1, or the number of the reader's run of this quiz",
    "pages": "How many completed pages have a right answer; repetitions of a page do not count",
    "answers": "How many answers were scored",
    "score": "Their sum",
    "of": "What right answers would have scored",
    "percent": "The score out of that",
}
PAGE_TOTAL_COLUMNS = {
    "quiz": "The name of the quiz file",
    "page": "The page's ID",
    "case": "The page's Case, else its ID",
    "treatment": "The page's Treatment, else its Descriptor",
    "readers": "How many readers completed it",
    "score": "The sum of their scores",
    "of": "What right answers would have scored",
    "difficulty": "The mean of their shares of the points, from 0 (nobody is right) to 1 (everybody is)",
    "discrimination": (
        "The correlation, over readers, of the share of this page's points with the share of all others'; "
        "empty with fewer than three readers, or where all are alike"
    ),
}
QUESTION_TOTAL_COLUMNS = {
    "quiz": "The name of the quiz file",
    "question": "As in the table of scores",
    "answers": "How many answers were scored, over all pages and readers",
    "score": "Their sum",
    "of": "What right answers would have scored",
    "percent": "The score out of that",
}
"""The columns of the totals by reader, page and question."""
