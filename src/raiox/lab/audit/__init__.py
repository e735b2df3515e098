"""Data leakage: identities, files and near-duplicate images shared between splits."""
