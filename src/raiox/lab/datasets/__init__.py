"""Labelled images on disk: manifests, splits, label mappings and annotations."""
