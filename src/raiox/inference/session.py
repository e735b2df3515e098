"""One ONNX graph, run with the threads it was given and no others.

Oversubscribed threads slow a pass fortyfold on a busy machine, so their number
is always explicit. Images go through in a fixed order and, on processors, one
by one: the same bytes give the same answer whatever arrived beside them.
"""

import numpy as np
import numpy.typing as npt
import onnxruntime as ort

from raiox.bundle import Bundle
from raiox.entities import FloatArray
from raiox.errors import ModelOutputInvalidError


class NetworkSession:
    """A verified bundle, ready to answer."""

    def __init__(self, bundle: Bundle, n_threads: int, max_batch_size: int = 1) -> None:
        options = ort.SessionOptions()
        options.intra_op_num_threads = n_threads
        options.inter_op_num_threads = 1
        options.use_deterministic_compute = True
        self._session = ort.InferenceSession(
            bundle.model, options, providers=["CPUExecutionProvider"]
        )
        self._input = self._session.get_inputs()[0].name
        self._outputs = [output.name for output in self._session.get_outputs()]
        self._max_batch_size = max_batch_size

    def run(self, images: FloatArray) -> dict[str, FloatArray]:
        """(N, 1, S, S) float32 to the graph's outputs by name, each (N, ...).

        Raises:
            ModelOutputInvalidError: an output has another count than the input.
        """
        chunks = [
            self._session.run(self._outputs, {self._input: images[i : i + self._max_batch_size]})
            for i in range(0, len(images), self._max_batch_size)
        ]
        outputs: dict[str, FloatArray] = {
            name: np.concatenate([chunk[k] for chunk in chunks])
            for k, name in enumerate(self._outputs)
        }
        if any(len(output) != len(images) for output in outputs.values()):
            raise ModelOutputInvalidError(reason="count")
        return outputs


def calibrated(logits: FloatArray, temperature: float) -> npt.NDArray[np.float64]:
    """Logits (..., K) to scores (..., K) that sum to 1.

    Raises:
        ModelOutputInvalidError: a logit is NaN or infinite.
    """
    if not np.isfinite(logits).all():
        raise ModelOutputInvalidError(reason="not_finite")
    scaled = logits.astype(np.float64) / temperature
    powers = np.exp(scaled - scaled.max(axis=-1, keepdims=True))
    scores: npt.NDArray[np.float64] = powers / powers.sum(axis=-1, keepdims=True)
    return scores
