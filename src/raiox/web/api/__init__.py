"""The JSON API under `/api/v1`, the health checks and the metrics."""
