"""What the author wrote: the quiz file, read and checked."""
