"""Closed curves on the planes of slices become voxels: numpy only, no DICOM."""
