"""Tables of names, values and colours: the text map and the formats of other programs."""
