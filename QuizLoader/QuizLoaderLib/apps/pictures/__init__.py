"""A page of a quiz as a PNG file, without a window: ``quizloader render`` and its host."""
