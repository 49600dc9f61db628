"""The images of a page are loaded together, in threads, within a budget of memory, and used again."""
