"""The laboratory: data sets, metrics, audits, evaluation and training. Serving never imports it."""
