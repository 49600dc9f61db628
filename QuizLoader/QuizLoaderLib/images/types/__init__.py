"""The Types of the quiz language, each in a file: how it is read, and which MRML node it becomes."""
