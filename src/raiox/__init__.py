"""raiox reads chest radiographs: research use, not a medical device."""

import os
from typing import Final

__version__: Final = "0.1.0"

# The wheels of ONNX Runtime send events to their maker, with a number of the machine that they keep
# in ~/.cache, unless this is set before it is imported. Source: its Privacy.md.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
