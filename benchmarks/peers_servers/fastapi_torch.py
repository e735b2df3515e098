# ruff: noqa: INP001  (a file that is run, not a package)
"""FastAPI around eager torch with a gradient heatmap: what a prototype usually is."""

import io
import sys

import numpy as np
import uvicorn
from fastapi import FastAPI, Request
from network import decode, grad_cam, open_network
from PIL import Image

app = FastAPI()
network = open_network()


@app.post("/predict")
async def predict(request: Request) -> dict[str, object]:
    """Scores, and the size of a heatmap of a megapixel."""
    content = await request.body()
    scores, heatmap = grad_cam(network, decode(content))
    picture = io.BytesIO()
    levels = (255 * heatmap[0] / heatmap.max().clamp(min=1e-9)).numpy().astype(np.uint8)
    Image.fromarray(levels).resize((1024, 1024)).save(picture, "PNG", compress_level=1)
    return {"scores": scores, "heatmap_bytes": len(picture.getvalue())}


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="error")
