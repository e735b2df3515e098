"""Jobs: processes that compute something for themselves, on this machine or on a Ray cluster."""
