"""The book: where money stands, and every way it may move."""
