"""Pages for finance staff."""
