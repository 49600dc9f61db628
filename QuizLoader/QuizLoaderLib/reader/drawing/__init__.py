"""What a reader draws on an image: contours, lines, and the files that hold them."""
