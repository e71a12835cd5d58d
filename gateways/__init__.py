"""One file per bank or intermediary: its dialect in, our words out."""
