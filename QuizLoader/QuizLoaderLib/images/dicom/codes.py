"""The codes of what is wrong inside DICOM files, Q62x to Q69x; made and kept as those of ``quiz.codes``."""

NOT_DICOM = "Q620"
DAMAGED = "Q621"
NOT_A_SERIES = "Q622"
SEVERAL_SERIES = "Q623"
NOT_DECODED = "Q624"
NO_POSITION = "Q625"
MISSING_SLICES = "Q626"
UNEVEN = "Q627"
TILTED = "Q628"
SEVERAL_TIMES = "Q629"
OTHER_GRID = "Q630"
COPIES = "Q631"
MIXED = "Q632"
SAME_POSITION = "Q633"
BAD_POSITION = "Q634"
NOT_A_STRUCTURE_SET = "Q640"
NO_VOLUME = "Q641"
OTHER_FRAME = "Q642"
UNKNOWN_FRAME = "Q643"
NO_CONTOURS = "Q644"
UNKNOWN_ROI = "Q645"
BAD_CONTOUR = "Q646"
OUTSIDE = "Q647"
BETWEEN_SLICES = "Q648"
UNITED = "Q649"
GAPS = "Q650"
SAME_NAME = "Q651"
CROSSING = "Q652"
NOT_A_SEGMENTATION = "Q660"
NO_PLACE = "Q661"
NOT_ONE_STACK = "Q662"
FRACTIONAL = "Q663"

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
