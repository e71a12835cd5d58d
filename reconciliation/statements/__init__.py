"""Statement formats: one file per format, one contract."""
