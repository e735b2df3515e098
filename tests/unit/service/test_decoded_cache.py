"""The cache of decoded radiographs holds a bounded number of bytes."""

import numpy as np

from raiox.entities import Radiograph
from raiox.service.decoded_cache import DecodedCache


def radiograph(n_pixels: int) -> Radiograph:
    return Radiograph(np.zeros((1, n_pixels), np.uint8), "0" * 64, "png")


def test_the_cache_forgets_the_oldest_first():
    decoded_cache = DecodedCache(max_bytes=100)
    for name in "abc":
        decoded_cache.put(name, radiograph(40))

    assert decoded_cache.pop("a") is None
    assert decoded_cache.pop("b") is not None
    assert decoded_cache.pop("b") is None


def test_a_radiograph_larger_than_the_cache_is_not_kept():
    decoded_cache = DecodedCache(max_bytes=100)
    decoded_cache.put("a", radiograph(101))

    assert decoded_cache.pop("a") is None
