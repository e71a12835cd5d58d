"""What can be owed: one file per kind, priced to the dong."""
