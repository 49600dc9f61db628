"""A quiz with a page that has every kind of form for each mark; at its end it tells what is right."""

from pathlib import Path

from panel_stage import LABELS, VOLUME, image_element, write_quiz

LONG = "the finding at the upper border of the lesion, as far as it is seen on this slice"
LONG_ID = "Follow-up after the third cycle of treatment, portal venous phase"
OTHERS = 14
"""Pages after the first; the last has a name that is longer than its line."""

FORM = f"""<Question Type="Radio" Descriptor="Kind of finding"><Option>solid</Option>
<Option>part-solid</Option><Option>{LONG}</Option></Question>
<Question Type="CheckBox" Descriptor="Signs" Required="N"><Option>halo</Option>
<Option>spiculae</Option></Question>
<Question Type="DropDown" Descriptor="Segment of the lung, or {LONG}"><Option>{LONG}</Option>
<Option>S2</Option></Question>
<Question Type="Slider" ID="sure" Descriptor="Certainty"><Option>not sure at all</Option>
<Option>quite sure of the finding</Option></Question>
<Question Type="Matrix" Descriptor="Quality"><Row>Sharpness of the contours</Row><Row>Noise</Row>
<Option>non-diagnostic</Option><Option>acceptable</Option><Option>excellent</Option></Question>
<Question Type="FloatValue" Descriptor="Diameter" Unit="mm"><Option/></Question>
<Question Type="Text" Descriptor="Remark" Required="N"><Option/></Question>"""

MARKS = f"""Layout="OneUpRedSlice" AllowMultipleResponse="Y"|{image_element("Volume", VOLUME)}
<QuestionSet Descriptor="Findings"><Question Type="Mark" Descriptor="Mark each finding" Rating="sure" Max="3"
Tool="Point Line Angle Box Ellipse Curve" Points="2.5">{FORM}<Key Path="{LABELS}" Tolerance="3"/></Question>
<Question Type="Radio" Descriptor="{LONG}?" Required="N"><Option Correct="Y">{LONG}</Option>
<Option>no</Option><Explanation Format="Markdown">It is *{LONG}*, and **not** elsewhere.</Explanation>
</Question></QuestionSet>
<Explanation>{LONG}. {LONG}.</Explanation>"""

ASK = """|<QuestionSet><Question Type="Radio" Descriptor="Side" Required="N">
<Option Correct="Y">left</Option><Option>right</Option></Question></QuestionSet>"""


def write_learning(path: Path) -> Path:
    """Of all pages only the marks have to be filled in."""
    others = [ASK] * (OTHERS - 1) + [f'Descriptor="{LONG_ID}: {LONG}"{ASK}']
    return write_quiz(path, [MARKS, *others], 'Feedback="End" PassMark="70" Attempts="2"')
