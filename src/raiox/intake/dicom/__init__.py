"""DICOM to gray values: header, frame, modality and VOI transformations (PS3.3, PS3.5)."""
