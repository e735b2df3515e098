"""From files to batches: examples, the pixel cache and seeded sampling."""
