"""The database's history: one file per step, forward, and back where nothing is lost."""
