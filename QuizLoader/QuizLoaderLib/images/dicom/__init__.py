"""DICOM headers, series, frames and segmentations become arrays."""
