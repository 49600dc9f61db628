"""Answers, marks and drawings against a key or against each other."""
