"""Statistics with confidence intervals: ranking, calibration, seeds, out-of-distribution."""
