"""The only place where the doors touch the database."""
