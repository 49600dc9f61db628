"""The quiz in a browser: Slicer's slice views run here, the client shows them."""
