"""The report of a study: sections of sentences, tables and charts, and the files that they become."""
