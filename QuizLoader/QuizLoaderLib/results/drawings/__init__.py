"""What readers drew on one image, compared: with each other, with what most drew, and as a consensus."""
