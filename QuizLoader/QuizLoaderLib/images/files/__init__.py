"""What a file is, and the formats that are not DICOM."""
