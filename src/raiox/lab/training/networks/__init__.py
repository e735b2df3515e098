"""The networks, the heads they end in, and weights read from other files."""
