"""raiox reads chest radiographs: research use, not a medical device."""

from typing import Final

__version__: Final = "0.1.0"
