"""DICOM structure sets: their polygons, and where these lie on an image."""
