"""DICOM structure sets: their contours, and where these lie on an image."""
