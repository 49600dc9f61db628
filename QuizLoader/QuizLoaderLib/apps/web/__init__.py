"""The quiz in a browser: Slicer's slice views run here, the page shows them."""
