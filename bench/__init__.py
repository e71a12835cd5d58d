"""One file per claim of speed, measured beside a stated limit in the same run."""
