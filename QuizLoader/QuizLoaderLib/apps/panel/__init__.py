"""QuizLoader in 3D Slicer: the widgets of the panel, the console, the file reader."""
