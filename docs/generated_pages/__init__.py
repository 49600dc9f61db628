"""Pages of the documentation that are made from the tables of the code, at each build."""
