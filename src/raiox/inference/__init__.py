"""From radiograph to result: the networks, the engine that runs them, the heatmap."""
