"""One ONNX graph, run by the runtime and with the threads it was given and no others.

Oversubscribed threads slow a pass fortyfold on a busy machine, so their number
is always explicit. Images go through in a fixed order and, on processors, one
by one: the same bytes give the same answer whatever arrived beside them.
"""

import threading
from collections.abc import Callable
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from raiox.bundle import Bundle
from raiox.entities import FloatArray
from raiox.inference.errors import BackendMissingError, ModelOutputInvalidError
from raiox.settings import Backend

Run = Callable[[FloatArray], dict[str, FloatArray]]
"""(n, 1, S, S) float32 to the graph's outputs by name."""

PROVIDERS: Final = {"cpu": "CPUExecutionProvider", "cuda": "CUDAExecutionProvider"}
EXTRAS: Final[dict[Backend, str]] = {"openvino": "openvino", "cuda": "gpu"}
"""By which each is installed; the processor's own comes with raiox."""
BATCH_SIZE: Final[dict[Backend, int]] = {"cpu": 1, "openvino": 1, "cuda": 16}
"""Images in one pass: a GPU answers a batch about as fast as one image, a processor does not."""


class NetworkSession:
    """A verified bundle, ready to answer."""

    def __init__(self, bundle: Bundle, n_threads: int, backend: Backend = "cpu") -> None:
        """Load the graph.

        Raises:
            BackendMissingError: the backend is not installed here.
        """
        open_graph = _openvino if backend == "openvino" else _onnxruntime
        self._run = open_graph(bundle.model, n_threads, backend)
        self._batch = BATCH_SIZE[backend]

    def run(self, images: FloatArray) -> dict[str, FloatArray]:
        """(N, 1, S, S) float32 to the graph's outputs by name, each (N, ...).

        Raises:
            ModelOutputInvalidError: an output has another count than the input.
        """
        starts = range(0, len(images), self._batch)
        passes = [self._run(images[start : start + self._batch]) for start in starts]
        outputs = {name: np.concatenate([one[name] for one in passes]) for name in passes[0]}
        if any(len(output) != len(images) for output in outputs.values()):
            raise ModelOutputInvalidError(reason="count")
        return outputs


def _onnxruntime(model: bytes, n_threads: int, backend: Backend) -> Run:
    import onnxruntime as ort  # noqa: PLC0415 - slow to load, and not every command needs it

    provider = PROVIDERS[backend]
    if provider not in ort.get_available_providers():
        raise BackendMissingError(backend=backend, extra=EXTRAS[backend])
    options = ort.SessionOptions()
    options.intra_op_num_threads = n_threads
    options.inter_op_num_threads = 1
    options.use_deterministic_compute = True
    # The networks answer in turn: threads of those that rest would spin against the one that works.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    session = ort.InferenceSession(model, options, providers=[provider])
    image = session.get_inputs()[0].name
    names = [output.name for output in session.get_outputs()]
    return lambda images: dict(zip(names, session.run(names, {image: images}), strict=True))


def _openvino(model: bytes, n_threads: int, backend: Backend) -> Run:
    try:
        import openvino  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise BackendMissingError(backend=backend, extra=EXTRAS[backend]) from error
    core = openvino.Core()
    # Left to itself it computes in bf16 where the processor can, and answers differ by machine.
    exact: dict[str, Any] = {
        "INFERENCE_PRECISION_HINT": "f32",
        "INFERENCE_NUM_THREADS": n_threads,
    }
    graph = core.compile_model(core.read_model(model=model), "CPU", exact)
    names = [output.get_any_name() for output in graph.outputs]
    of_thread = threading.local()  # a request serves one thread at a time

    def run(images: FloatArray) -> dict[str, FloatArray]:
        if not hasattr(of_thread, "request"):
            of_thread.request = graph.create_infer_request()
        # The request writes its next answer into the same memory.
        answer = [np.array(value) for value in of_thread.request.infer([images]).to_tuple()]
        return dict(zip(names, answer, strict=True))

    return run


def multi_label_scores(
    logits: npt.NDArray[np.floating], temperature: float
) -> npt.NDArray[np.float64]:
    """Logits (..., K) to scores (..., K) in [0, 1], each decided on its own.

    Raises:
        ModelOutputInvalidError: a logit is NaN or infinite.
    """
    if not np.isfinite(logits).all():
        raise ModelOutputInvalidError(reason="not_finite")
    scaled = np.clip(logits.astype(np.float64) / temperature, -700, 700)  # exp stays finite
    scores: npt.NDArray[np.float64] = 1 / (1 + np.exp(-scaled))
    return scores


def calibrated(logits: npt.NDArray[np.floating], temperature: float) -> npt.NDArray[np.float64]:
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
