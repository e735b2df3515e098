"""What the networks are worth: labelled cases, metrics with intervals, thresholds, reports."""
