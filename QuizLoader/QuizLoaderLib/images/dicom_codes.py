"""The codes of what is wrong inside DICOM files, Q82x to Q86x; made and kept as those of ``quiz.codes``."""

NOT_DICOM = "Q820"
DAMAGED = "Q821"
NOT_A_SERIES = "Q822"
SEVERAL_SERIES = "Q823"
NOT_DECODED = "Q824"
NO_POSITION = "Q825"
MISSING_SLICES = "Q826"
UNEVEN = "Q827"
TILTED = "Q828"
SEVERAL_TIMES = "Q829"
OTHER_GRID = "Q830"
COPIES = "Q831"
MIXED = "Q832"
SAME_POSITION = "Q833"
BAD_POSITION = "Q834"
NOT_A_STRUCTURE_SET = "Q840"
NO_VOLUME = "Q841"
OTHER_FRAME = "Q842"
UNKNOWN_FRAME = "Q843"
NO_CONTOURS = "Q844"
UNKNOWN_ROI = "Q845"
BAD_CONTOUR = "Q846"
OUTSIDE = "Q847"
BETWEEN_SLICES = "Q848"
UNITED = "Q849"
GAPS = "Q850"
SAME_NAME = "Q851"
CROSSING = "Q852"
NOT_A_SEGMENTATION = "Q860"
NO_PLACE = "Q861"
NOT_ONE_STACK = "Q862"
FRACTIONAL = "Q863"

RULES: dict[str, str] = {
    NOT_DICOM: "An image read as DICOM is a DICOM file that may be read.",
    DAMAGED: "A DICOM file is complete.",
    NOT_A_SERIES: "An image read with DicomRead is a file, or a folder, of an image series.",
    SEVERAL_SERIES: "A folder read with DicomRead holds one series.",
    NOT_DECODED: "Pixel data are stored raw or in a transfer syntax that GDCM decodes.",
    NO_POSITION: "The images of a series say where in the patient they are (warning).",
    MISSING_SLICES: "A series lacks no slice (warning).",
    UNEVEN: "Slices are evenly spaced (warning).",
    TILTED: "Slices stand upright on each other (warning).",
    SEVERAL_TIMES: "A series shown as a Volume has one time point (warning).",
    OTHER_GRID: "The time points of a VolumeSequence share one grid.",
    COPIES: "A folder holds each image once (warning).",
    MIXED: "The images of a series share size, direction and spacing (warning).",
    SAME_POSITION: "Every position of a series has the same number of images (warning).",
    BAD_POSITION: "Positions are numbers.",
    NOT_A_STRUCTURE_SET: "An RTStruct is a DICOM structure set.",
    NO_VOLUME: "A page with an RTStruct shows a volume.",
    OTHER_FRAME: "An RTStruct has the frame of reference of the volume it is shown on.",
    UNKNOWN_FRAME: "The volume under an RTStruct names its frame of reference (warning).",
    NO_CONTOURS: "A structure set has ROIs and contours (warning).",
    UNKNOWN_ROI: "Contours belong to an ROI that is listed (warning).",
    BAD_CONTOUR: "A contour is a closed polygon in the plane of a slice (warning).",
    OUTSIDE: "Contours lie within the volume (warning).",
    BETWEEN_SLICES: "A slice has contours of one plane (warning).",
    UNITED: "Contours of an ROI lie inside each other or apart (warning).",
    GAPS: "An ROI is drawn on every slice between its ends (warning).",
    SAME_NAME: "ROIs of a structure set have different names (warning).",
    CROSSING: "Contours are drawn in the planes of the slices that they are shown on (warning).",
    NOT_A_SEGMENTATION: "A DICOM file of Type Segmentation is a DICOM segmentation.",
    NO_PLACE: "A DICOM segmentation says where in the patient it is.",
    NOT_ONE_STACK: "The frames of a DICOM segmentation form one stack.",
    FRACTIONAL: "A fractional DICOM segmentation is shown from 0.5 on (warning).",
}
