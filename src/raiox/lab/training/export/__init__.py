"""From trained weights to a bundle: ONNX, float16 storage, calibration and the model card."""
