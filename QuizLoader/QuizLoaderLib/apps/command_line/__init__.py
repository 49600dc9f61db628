"""The command ``quizloader``: its arguments, and what it prints."""
