"""Random changes to a batch on its device: geometry, intensity, artefacts, image quality."""
