"""The two networks of the paper, and the head that both end in."""
