"""Who may come in, how often, and with which headers."""
