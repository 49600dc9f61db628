"""The templates that come with the program: quizzes with placeholders, a file each."""
