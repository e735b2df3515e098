"""Radiograph to reading: the two networks, their engine and the heatmap picture."""
