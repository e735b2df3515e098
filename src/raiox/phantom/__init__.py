"""A chest that nobody has: radiographs drawn by projection, for examples and tests.

Rays run parallel through a chest of solids: trunk, lungs, heart, spine, ribs, clavicles and a tree of
vessels. What is left of each ray follows Beer and Lambert's law; counting noise and the blur of a
detector are added, and the logarithm is shown as a radiograph is. The letters PHANTOM lie beside the
chest, as lead letters do, and the file says so as well. The same seed draws the same pixels.

Source of the attenuation coefficients: NIST, X-ray mass attenuation coefficients, at 60 keV.
"""

from raiox.phantom.anatomy import Opacity
from raiox.phantom.drawing import (
    EXAMPLES,
    LETTERS,
    RIGHT_LOWER_LOBE,
    draw_phantom,
    example_png,
    phantom_png,
)

__all__ = [
    "EXAMPLES",
    "LETTERS",
    "RIGHT_LOWER_LOBE",
    "Opacity",
    "draw_phantom",
    "example_png",
    "phantom_png",
]
