"""Change sets: what trainers propose, written to the files that are the truth."""
