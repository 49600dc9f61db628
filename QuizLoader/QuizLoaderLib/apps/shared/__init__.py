"""What several hosts use and no layer below them needs."""
