"""The steps of a run, one file each, named by what it does."""
