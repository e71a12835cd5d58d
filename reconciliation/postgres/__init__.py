"""The only place where reconciliation touches the database."""
