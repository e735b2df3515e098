# ruff: noqa: INP001, T201  (a file that is run, and prints an answer)
"""The paper's two networks in Keras: kept in memory, or read anew by a process for each image.

The paper's service is PHP that starts Python by a shell for each image (its section 2.4 names the
languages); the same networks kept in one process are what it would be with a server of its own.

    keras_paper.py PORT kept|reloaded     serves
    keras_paper.py FOLDER < IMAGE         answers one image
"""

import io
import json
import subprocess
import sys
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

SIDE_PX = 224
FILTER, CLASSIFIER = "filter.keras", "classifier.keras"
MAPS = "conv4_block24_concat"
"""The end of the third dense block, whose maps the paper shows."""


def save_networks(folder: Path) -> None:
    """MobileNet as a filter, DenseNet-121 for three findings; of random weights, which cost the same time."""
    import keras  # noqa: PLC0415 - not where a server only starts processes

    shape = (SIDE_PX, SIDE_PX, 3)
    keras.applications.MobileNet(weights=None, input_shape=shape, classes=2).save(folder / FILTER)
    network = keras.applications.DenseNet121(weights=None, input_shape=shape, classes=3)
    network.save(folder / CLASSIFIER)


def open_networks(folder: Path) -> tuple[Any, Any]:
    """The filter, and the classifier with its maps beside its scores."""
    import keras  # noqa: PLC0415

    network = keras.models.load_model(folder / CLASSIFIER, compile=False)
    maps = network.get_layer(MAPS).output
    return (
        keras.models.load_model(folder / FILTER, compile=False),
        keras.Model(network.inputs, [maps, network.output]),
    )


def answer(networks: tuple[Any, Any], content: bytes) -> dict[str, Any]:
    """Scores, and the size of a heatmap of a megapixel. Source: Selvaraju et al., 2017, arXiv:1610.02391."""
    import numpy as np  # noqa: PLC0415
    import tensorflow as tf  # noqa: PLC0415
    from PIL import Image  # noqa: PLC0415

    image = Image.open(io.BytesIO(content)).convert("RGB").resize((SIDE_PX, SIDE_PX))
    images = tf.constant(np.asarray(image, np.float32)[None] / 127.5 - 1)
    frontal_filter, classifier = networks
    frontal_filter(images, training=False)
    with tf.GradientTape() as tape:
        maps, scores = classifier(images, training=False)
        best = tf.reduce_max(scores)
    weights = tf.reduce_mean(tape.gradient(best, maps), axis=(1, 2), keepdims=True)
    heatmap = tf.nn.relu(tf.reduce_sum(weights * maps, axis=-1))[0].numpy()
    levels = (255 * heatmap / max(float(heatmap.max()), 1e-9)).astype(np.uint8)
    picture = io.BytesIO()
    Image.fromarray(levels).resize((1024, 1024)).save(picture, "PNG", compress_level=1)
    return {"scores": scores[0].numpy().tolist(), "heatmap_bytes": len(picture.getvalue())}


class Handler(BaseHTTPRequestHandler):
    """One POST, one answer; the networks answer one image after the other."""

    protocol_version = "HTTP/1.1"
    folder: Path
    networks: tuple[Any, Any] | None = None
    turn = threading.Lock()

    def do_GET(self) -> None:
        """Say that the server is there."""
        self._send(b"{}")

    def do_POST(self) -> None:
        """Read the image, by the networks in memory or by a process of its own."""
        content = self.rfile.read(int(self.headers["Content-Length"]))
        if self.networks is None:
            command = [sys.executable, __file__, str(self.folder)]
            self._send(subprocess.run(command, input=content, stdout=-1, check=True).stdout)
            return
        with self.turn:
            found = answer(self.networks, content)
        self._send(json.dumps(found).encode())

    def _send(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing."""


def serve(port: int, *, kept: bool) -> None:
    """Until the process is ended."""
    with tempfile.TemporaryDirectory() as folder:
        Handler.folder = Path(folder)
        save_networks(Handler.folder)
        Handler.networks = open_networks(Handler.folder) if kept else None
        ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()


if __name__ == "__main__":
    if sys.argv[1].isdigit():
        serve(int(sys.argv[1]), kept=sys.argv[2] == "kept")
    else:
        print(json.dumps(answer(open_networks(Path(sys.argv[1])), sys.stdin.buffer.read())))
