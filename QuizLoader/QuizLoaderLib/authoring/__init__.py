"""Quizzes are made from folders, tables and templates, and written again with nothing of them lost."""
