"""A quiz that somebody goes through, whichever host shows it: no widgets, no web page."""
