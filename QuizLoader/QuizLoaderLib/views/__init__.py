"""MRML nodes are placed on slice views."""
