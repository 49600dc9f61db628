"""One line for each Type: how its file is read and how its node is made."""
