"""The codes of a quiz's problems, one a rule; a code keeps its meaning for ever and is never used again.

Q1xx the file and its XML, Q2xx the session, Q3xx a page, Q4xx an image, Q5xx where a file is, Q7xx the text
files that a quiz names, Q8xx a question. ``RULES`` says in words what each stands for.

Others give: images/ Q6xx, what is in an image file; views/ Q90x, how a page is shown; apps/ Q95x, what a
program leaves out, and what is odd about a drawing; masks/ a letter of its own.
"""

CANNOT_OPEN = "Q101"
TOO_LARGE = "Q102"
NOT_XML = "Q103"
DOCTYPE = "Q104"
TOO_DEEP = "Q105"
WRONG_ROOT = "Q106"
UNKNOWN_ELEMENT = "Q110"
UNKNOWN_ATTRIBUTE = "Q111"
STRAY_TEXT = "Q112"
WRONG_VALUE = "Q113"
MISSING_ATTRIBUTE = "Q114"
MISSING_ELEMENT = "Q115"
REPEATED_ELEMENT = "Q116"

NO_PAGE = "Q201"
RESULTS_NOT_SENT = "Q202"
FORCED_ORDER_IGNORED = "Q203"
FORCED_ORDER_UNKNOWN_GROUP = "Q204"
FORCED_ORDER_MISSING_GROUP = "Q205"
FORCED_ORDER_REPEATED_GROUP = "Q206"
ONE_PAGE_GROUP = "Q207"

PAGE_WITHOUT_GROUP = "Q301"
UNSAFE_CHARACTERS = "Q302"
NO_QUESTION_SET = "Q303"
RERUN_WITHOUT_RESPONSES = "Q304"
BOOKMARK_WITHOUT_SOURCE = "Q305"
BOOKMARK_WITH_SPACE = "Q306"
BOOKMARK_WITHOUT_LABEL = "Q307"
SEGMENTS_WITHOUT_EDITOR = "Q310"
SEGMENTS_REQUIRED_TWICE = "Q311"
SEGMENTS_ON_WRONG_LAYER = "Q312"
SEGMENTS_DIFFER = "Q313"
LINES_REQUIRED_TWICE = "Q314"
LINES_ON_WRONG_LAYER = "Q315"
LINES_DIFFER = "Q316"
ID_WITH_TWO_PATHS = "Q320"
PATH_WITH_TWO_IDS = "Q321"
VIEW_NOT_IN_LAYOUT = "Q322"
LAYER_TAKEN = "Q323"
FOREGROUND_ORIENTATION = "Q324"
RTSTRUCT_WITHOUT_VOLUME = "Q325"

LAYER_OF_TYPE = "Q401"
ROIS_MISSING = "Q402"
ROIS_WITHOUT_NAME = "Q403"
ROIS_NOT_USED = "Q404"
ROI_EMPTY = "Q405"
ROIS_ON_WRONG_TYPE = "Q406"
ROI_NOT_IN_FILE = "Q407"
ROI_TWICE_IN_FILE = "Q408"
NOT_ON_BACKGROUND = "Q410"
VECTOR_FILE = "Q411"
VECTOR_SEGMENTS = "Q412"
VALUE_MAP_ON_WRONG_TYPE = "Q413"
UNKNOWN_COLOR_TABLE = "Q414"
CONTOUR_WITHOUT_SOURCE = "Q420"
MERGE_WITHOUT_DISPLAY = "Q421"
MERGE_WITH_EDITING = "Q422"
MERGE_SOURCE_NOT_LOOP = "Q423"
MERGE_ON_LOOP = "Q424"
MERGE_GROUPS_DIFFER = "Q425"

FOLDER_MISSING = "Q501"
PATH_LEAVES_FOLDER = "Q502"
LINK_LEAVES_FOLDER = "Q503"
FILE_MISSING = "Q504"
FILE_CASE_DIFFERS = "Q505"
FILE_CASE_AMBIGUOUS = "Q506"
PATH_IS_FOLDER = "Q507"
LINK_BROKEN = "Q508"
NO_PERMISSION = "Q509"
NOT_A_FILE = "Q510"

NO_OPTION = "Q801"
LIMITS_ON_WRONG_TYPE = "Q802"
LIMITS_CROSSED = "Q803"
PICTURE_FORMAT = "Q804"

COLOR_FILE_LINE = "Q701"
COLOR_FILE_REPEATED = "Q702"
VALUE_MAP_LINE = "Q711"
VALUE_MAP_REPEATED = "Q712"
VALUE_MAP_CONFLICT = "Q713"
VALUE_MAP_LARGE_VALUE = "Q714"
VALUE_WITH_NAMES = "Q715"
TEXT_FILE_UNREADABLE = "Q720"

RULES: dict[str, str] = {
    CANNOT_OPEN: "The quiz file cannot be opened.",
    TOO_LARGE: "The quiz file is larger than a quiz may be.",
    NOT_XML: "The quiz file is not well-formed XML.",
    DOCTYPE: "A quiz has no DOCTYPE.",
    TOO_DEEP: "Elements are nested deeper than a quiz needs.",
    WRONG_ROOT: "The root of a quiz is Session.",
    UNKNOWN_ELEMENT: "An element that the language does not have at this place is left out (warning).",
    UNKNOWN_ATTRIBUTE: "An attribute that the language does not have is left out (warning).",
    STRAY_TEXT: "Text where the language has none is left out (warning).",
    WRONG_VALUE: "A value that the attribute or element does not take.",
    MISSING_ATTRIBUTE: "A required attribute is absent or empty.",
    MISSING_ELEMENT: "A required element is absent or empty.",
    REPEATED_ELEMENT: "An element that may occur once occurs again.",
    NO_PAGE: "A Session has at least one Page.",
    RESULTS_NOT_SENT: "EmailResultsTo: this program sends no mail (warning).",
    FORCED_ORDER_IGNORED: "RandomizedPageGroupIndices without RandomizePageGroups is not used (warning).",
    FORCED_ORDER_UNKNOWN_GROUP: "RandomizedPageGroupIndices names a group that no page has.",
    FORCED_ORDER_MISSING_GROUP: "A group missing in RandomizedPageGroupIndices follows the rest (warning).",
    FORCED_ORDER_REPEATED_GROUP: "RandomizedPageGroupIndices names a group twice (warning).",
    ONE_PAGE_GROUP: "Randomizing with one group besides 0 changes nothing (warning).",
    PAGE_WITHOUT_GROUP: "A page without PageGroup is a group of its own when randomized (warning).",
    UNSAFE_CHARACTERS: "An ID or Descriptor has characters that file systems refuse (warning).",
    NO_QUESTION_SET: "A page has no QuestionSet (warning).",
    RERUN_WITHOUT_RESPONSES: "ButtonScriptRerunRequired needs AllowMultipleResponse.",
    BOOKMARK_WITHOUT_SOURCE: "GoToBookmark names the BookmarkID of an earlier page.",
    BOOKMARK_WITH_SPACE: "A BookmarkID with a space can never be named by GoToBookmark (warning).",
    BOOKMARK_WITHOUT_LABEL: "GoToBookmark has no label for its button (warning).",
    SEGMENTS_WITHOUT_EDITOR: "Required segments need EnableSegmentEditor.",
    SEGMENTS_REQUIRED_TWICE: "SegmentRequired and SegmentRequiredOnAnyImage exclude each other.",
    SEGMENTS_ON_WRONG_LAYER: "SegmentRequired is not for the layers Label and Segmentation.",
    SEGMENTS_DIFFER: "SegmentRequired is the same on all images of one Path.",
    LINES_REQUIRED_TWICE: "MinMarkupLinesRequired and MinMarkupLinesRequiredOnAnyImage exclude each other.",
    LINES_ON_WRONG_LAYER: "MinMarkupLinesRequired is not for the layers Label and Segmentation.",
    LINES_DIFFER: "MinMarkupLinesRequired is the same on all images of one Path.",
    ID_WITH_TWO_PATHS: "Within a page one image ID stands for one Path.",
    PATH_WITH_TWO_IDS: "Within a page one Path has one image ID.",
    VIEW_NOT_IN_LAYOUT: "DefaultDestination is a view of the page's Layout.",
    LAYER_TAKEN: "A view has one Background, one Foreground and one Label.",
    FOREGROUND_ORIENTATION: "A Foreground takes the orientation of its Background (warning).",
    RTSTRUCT_WITHOUT_VOLUME: "An RTStruct needs a volume on its page.",
    LAYER_OF_TYPE: "Layer is one that the Type may take.",
    ROIS_MISSING: "A Segmentation or RTStruct has one ROIs element.",
    ROIS_WITHOUT_NAME: "Select and Ignore need at least one ROI.",
    ROIS_NOT_USED: "All and None do not use ROI elements (warning).",
    ROI_EMPTY: "An ROI without a name is left out (warning).",
    ROIS_ON_WRONG_TYPE: "ROIs are for Segmentation, RTStruct and LabelMap (warning).",
    ROI_NOT_IN_FILE: "An ROI name is not in the image's file (warning).",
    ROI_TWICE_IN_FILE: "Several segments of the file have the name of an ROI; all are meant (warning).",
    NOT_ON_BACKGROUND: "InitialSliceOffset, ZoomFactor and PanOrigin belong to the Background (warning).",
    VECTOR_FILE: "A Vector is png, jpg, jpeg, bmp, tif or DICOM.",
    VECTOR_SEGMENTS: "A Vector cannot have SegmentRequired.",
    VALUE_MAP_ON_WRONG_TYPE: "MaskValueMap is for LabelMap and Segmentation (warning).",
    UNKNOWN_COLOR_TABLE: "ColorTable is a colour node that Slicer has.",
    CONTOUR_WITHOUT_SOURCE: "DisplayLabelMapID names the LabelMapID of the same Path on an earlier page.",
    MERGE_WITHOUT_DISPLAY: "MergeLabelMaps needs DisplayLabelMapID.",
    MERGE_WITH_EDITING: "A page with MergeLabelMaps has no segment editor and requires no segments.",
    MERGE_SOURCE_NOT_LOOP: "MergeLabelMaps takes its contours from a page with Loop.",
    MERGE_ON_LOOP: "MergeLabelMaps is not for a page with Loop.",
    MERGE_GROUPS_DIFFER: "MergeLabelMaps needs the PageGroup of the page it merges.",
    FOLDER_MISSING: "The image folder is not there or cannot be listed.",
    PATH_LEAVES_FOLDER: "A path is relative and stays in its folder.",
    LINK_LEAVES_FOLDER: "A symbolic link stays in the folder, unless links are allowed.",
    FILE_MISSING: "A file that the quiz names is not there.",
    FILE_CASE_DIFFERS: "A file's name differs in the case of letters (warning).",
    FILE_CASE_AMBIGUOUS: "Several files differ from the name in the case of letters only.",
    PATH_IS_FOLDER: "A folder is read with DicomRead only.",
    LINK_BROKEN: "A symbolic link leads to nothing.",
    NO_PERMISSION: "A file or folder may not be read.",
    NOT_A_FILE: "A path leads to something that is neither a file nor a folder.",
    NO_OPTION: "A Radio or CheckBox has an Option; other questions without one show nothing (warning).",
    LIMITS_ON_WRONG_TYPE: "Min and Max are for IntegerValue and FloatValue (warning).",
    LIMITS_CROSSED: "Min is not above Max, and an answer lies between them.",
    PICTURE_FORMAT: "A picture is png, jpg, bmp or gif.",
    COLOR_FILE_LINE: "A line of a colour file is: index above 0, name, r g b a.",
    COLOR_FILE_REPEATED: "An index or name occurs once in a colour file.",
    VALUE_MAP_LINE: "A line of a mask value file is: Label=value, a whole number above 0.",
    VALUE_MAP_REPEATED: "A line of a mask value file occurs again (warning).",
    VALUE_MAP_CONFLICT: "A label has one mask value.",
    VALUE_MAP_LARGE_VALUE: "A mask value that some tools cannot store (warning).",
    VALUE_WITH_NAMES: "A mask value that is shown has one label.",
    TEXT_FILE_UNREADABLE: "A text file that the quiz names cannot be read.",
}
