"""What all readers answered: tables, agreement, performance, and one report of it."""
