# ruff: noqa: INP001  (a file that is run, not a package)
"""LitServe around eager torch, scores without any map; images come as base64 in JSON, its default."""

import base64
import sys

import litserve
import torch
from network import decode, open_network


class Api(litserve.LitAPI):
    """Decode, predict, answer; the names are LitServe's."""

    def setup(self, device: str) -> None:
        """Open the network in the worker."""
        del device
        self.network = open_network()

    def decode_request(self, request: dict[str, str]) -> torch.Tensor:
        """The image as the network wants it."""
        return decode(base64.b64decode(request["image"]))

    def predict(self, x: torch.Tensor) -> list[float]:
        """Scores."""
        with torch.inference_mode():
            scores: list[float] = self.network(x).softmax(dim=1)[0].tolist()
        return scores

    def encode_response(self, output: list[float]) -> dict[str, object]:
        """The answer."""
        return {"scores": output}


if __name__ == "__main__":
    server = litserve.LitServer(Api(), accelerator="cpu", timeout=False)
    server.run(port=int(sys.argv[1]), host="127.0.0.1", generate_client_file=False)
