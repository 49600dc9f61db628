"""Image files become MRML nodes."""
