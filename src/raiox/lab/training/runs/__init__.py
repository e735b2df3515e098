"""Run folders: what is kept of a run, and what is made of many."""
