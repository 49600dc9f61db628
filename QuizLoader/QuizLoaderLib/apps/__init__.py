"""The ways to run a quiz."""
