"""QuizLoader: medical image quizzes and reader studies on 3D Slicer's MRML."""

__version__ = "0.1.0"
