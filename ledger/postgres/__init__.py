"""The only place where the book touches the database."""
