"""A radiotherapy dose as it is looked at: isodose lines, and how much of a region gets how much."""
