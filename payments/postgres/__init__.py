"""The only place where payments touch the database."""
