"""What a reader draws on an image: drawings, lines, and the files that hold them."""
