"""Array and function types that several rooms of the laboratory use."""

from collections.abc import Callable, Iterable

import numpy as np
import numpy.typing as npt

from raiox.entities import Radiograph

Floats = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Names = npt.NDArray[np.str_]

Reader = Callable[[bytes], Radiograph]
"""A file's content to its radiograph: what the intake offers."""

Progress = Callable[[Iterable[int]], Iterable[int]]
"""Wraps the steps of a long loop, e.g. with a progress bar."""
