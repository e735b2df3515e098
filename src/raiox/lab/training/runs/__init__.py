"""Run folders: training, loading, predictions, series of seeds, comparisons of recipes."""
