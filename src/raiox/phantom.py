"""A chest that nobody has: radiographs drawn by projection, for examples and tests.

Rays run parallel through a chest of solids: trunk, lungs, heart, spine, ribs, clavicles and a tree of
vessels. What is left of each ray follows Beer and Lambert's law; counting noise and the blur of a
detector are added, and the logarithm is shown as a radiograph is. The letters PHANTOM lie beside the
chest, as lead letters do, and the file says so as well. The same seed draws the same pixels.

Source of the attenuation coefficients: NIST, X-ray mass attenuation coefficients, at 60 keV.
"""

import io
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont, PngImagePlugin

from raiox.entities import GrayArray
from raiox.vocabulary import PHANTOM_SOFTWARE

Grid = npt.NDArray[np.float64]

LETTERS: Final = "PHANTOM"

MM_PER_PX: Final = 0.6
WIDTH_PX, HEIGHT_PX = 592, 672
WATER, BONE = 0.0206, 0.034  # per mm, at 60 keV; bone is cortical and spongy together
LUNG_DENSITY: Final = 0.26  # of water, at full inspiration
PHOTONS: Final = 60_000  # per pixel, before the patient
UNSHARP, UNSHARP_RADIUS_PX = 1.2, 24.0  # the detail that a console brings out
GAMMA: Final = 0.9
SCATTER: Final = 0.12  # of the mean signal, in spite of the grid
N_RIBS: Final = 11
N_GENERATIONS: Final = 7  # of a tree of vessels
POINTS_A_BRANCH: Final = 30
FAST_SIDE: Final = 48  # multiples of it have small factors only, which the FFT likes


@dataclass(frozen=True, slots=True)
class Opacity:
    """Lung whose air gave way to fluid: a cloud of some density."""

    x_mm: float
    """From the midline; positive on the right of the image, the patient's left."""
    y_mm: float
    """From the top of the image."""
    radius_mm: float
    density: float
    """Share of the air that is gone in its middle, 0 to 1."""


RIGHT_LOWER_LOBE: Final = Opacity(x_mm=-78, y_mm=262, radius_mm=46, density=0.85)

EXAMPLES: Final[dict[str, tuple[int, Opacity | None, int]]] = {
    "phantom_clear": (1, None, 0),
    "phantom_opacity": (3, RIGHT_LOWER_LOBE, 0),
    "phantom_rotated": (1, None, 1),
}
"""By name: seed, opacity, and by how many quarters it is rotated clockwise."""


@cache
def example_png(name: str) -> bytes:
    """One of `EXAMPLES` as a file; drawing takes a second or two, so it happens once."""
    seed, opacity, n_quarters = EXAMPLES[name]
    return phantom_png(np.rot90(draw_phantom(seed, opacity), -n_quarters))


def draw_phantom(seed: int = 0, opacity: Opacity | None = None) -> GrayArray:
    """Draw an upright frontal radiograph.

    Args:
        seed: of anatomy and noise.
        opacity: what lies in the lungs besides vessels.

    Returns: (H, W) uint8, bright where dense.
    """
    rng = np.random.default_rng(seed)
    x, y = _coordinates()
    anatomy = _Anatomy.vary(rng)
    attenuation = anatomy.attenuation(x, y, opacity, rng)
    return _labelled(_exposed(attenuation, rng))


def phantom_png(pixels: GrayArray) -> bytes:
    """The file of a drawn radiograph, which says that it is drawn."""
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Software", PHANTOM_SOFTWARE)
    texts.add_text("Description", "Drawn by a program; shows no person.")
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG", pnginfo=texts)
    return file.getvalue()


def _coordinates() -> tuple[Grid, Grid]:
    """(H, W) positions in mm: x from the midline, y from the top."""
    columns = (np.arange(WIDTH_PX) - WIDTH_PX / 2 + 0.5) * MM_PER_PX
    rows = (np.arange(HEIGHT_PX) + 0.5) * MM_PER_PX
    x, y = np.meshgrid(columns, rows)
    return x, y


@dataclass(frozen=True, slots=True)
class _Anatomy:
    """Measures of one chest, in mm; each varies a little from person to person."""

    chest_half_width: float
    chest_depth: float
    apex: float
    """Top of the lungs, from the top of the image."""
    dome: float
    """Top of the right hemidiaphragm."""
    heart_radius: float

    @classmethod
    def vary(cls, rng: np.random.Generator) -> "_Anatomy":
        about = rng.uniform(-1, 1, 5)
        return cls(
            chest_half_width=136 + 5 * about[0],
            chest_depth=205 + 12 * about[1],
            apex=40 + 5 * about[2],
            dome=312 + 8 * about[3],
            heart_radius=56 + 4 * about[4],
        )

    def attenuation(
        self, x: Grid, y: Grid, opacity: Opacity | None, rng: np.random.Generator
    ) -> Grid:
        """(H, W) line integrals of the attenuation, without unit."""
        air = self._air(x, y)
        vessels = self._vessels(rng) * np.clip(air / 40, 0, 1)
        air = np.clip(air - vessels, 0, None)
        if opacity is not None:
            air = air * (1 - opacity.density * _cloud(x, y, opacity, rng))
        air_ways = self._air_ways(x, y)
        water = self._trunk(x, y) - (1 - LUNG_DENSITY) * air - air_ways - self._stomach_gas(x, y)
        bone = self._spine(x, y) + self._ribs() + self._shoulders()
        return WATER * np.clip(water, 0, None) + (BONE - WATER) * bone

    def _wall(self, y: Grid) -> Grid:
        """Half the width between the inner walls of the chest, at each height."""
        t = np.clip((y - self.apex) / (self.dome + 60 - self.apex), 0, 1)
        return self.chest_half_width * np.sin(np.clip(0.32 + 1.32 * t**0.62, 0, np.pi / 2)) ** 1.1

    def _trunk(self, x: Grid, y: Grid) -> Grid:
        """Thickness of the body: neck, shoulders, trunk; the arms lie outside."""
        half = 58 + (self.chest_half_width + 20) * _smooth_step(y, -25, 75)
        depth = 120 + (self.chest_depth - 120) * _smooth_step(y, 0, 190)
        return depth * _half_circle(x / half) ** 0.75

    def _air(self, x: Grid, y: Grid) -> Grid:
        """Thickness of both lungs along each ray."""
        wall = self._wall(y)
        lungs = np.zeros_like(x)
        for side, dome in ((-1, self.dome), (1, self.dome + 14)):
            across = side * x
            inner = 16 + 26 * (1 - _smooth_step(y, 30, 90)) ** 2 + 10 * _smooth_step(y, 110, 210)
            middle, half = (wall + inner) / 2, np.clip((wall - inner) / 2, 1, None)
            profile = _half_circle((across - middle) / half)
            top = _half_circle(np.clip((self.apex + 110 - y) / 110, 0, None)) ** 1.2
            # The diaphragm is a dome: behind it the lung reaches lower than its top.
            edge = dome + 60 * ((across - 62) / 78) ** 2
            base = np.clip((edge + 22 - y) / 40, 0, 1) ** 0.9
            lungs += (self.chest_depth - 45) * profile**0.75 * top * base
        return np.clip(lungs - self._mediastinum(x, y), 0, None)

    def _mediastinum(self, x: Grid, y: Grid) -> Grid:
        """Thickness of heart and great vessels, which lie where lung would be."""
        size = self.heart_radius
        heart = 2.1 * size * _tilted_ellipsoid(x - 26, y - 262, size * 1.28, size * 0.98, 0.6)
        right_atrium = 88 * _tilted_ellipsoid(x + 22, y - 258, 28, 52, 0)
        arch = 78 * _tilted_ellipsoid(x - 22, y - 138, 20, 23, 0)
        descending = 46 * _half_circle((x - 24) / 17) * _smooth_step(y, 128, 160)
        pulmonary = 60 * _tilted_ellipsoid(x - 33, y - 178, 22, 26, 0)
        vena_cava = 60 * _half_circle((x + 20) / 14) * (1 - _smooth_step(y, 190, 240))
        hila = [
            44 * _tilted_ellipsoid(x - side * 46, y - height, 15, 27, side * 0.5)
            for side, height in ((-1, 198), (1, 186))
        ]
        layers = [heart, right_atrium, arch, descending, pulmonary, vena_cava, *hila]
        return np.asarray(np.maximum.reduce(np.stack(layers)))

    def _air_ways(self, x: Grid, y: Grid) -> Grid:
        """Thickness of the air in trachea and main bronchi."""
        trachea = 17 * _half_circle((x + 2) / 8.5) * (1 - _smooth_step(y, 158, 172))
        level = _smooth_step(y, 158, 168) * (1 - _smooth_step(y, 190, 205))
        right, left = (
            11 * level * _half_circle((x - (y - 158) * slope) / 6) for slope in (-0.75, 1.15)
        )
        return np.maximum(trachea, np.maximum(right, left))

    def _stomach_gas(self, x: Grid, y: Grid) -> Grid:
        """Thickness of the gas under the left hemidiaphragm."""
        return 55 * _tilted_ellipsoid(x - 70, y - (self.dome + 58), 34, 17, 0.15)

    def _vessels(self, rng: np.random.Generator) -> Grid:
        """Thickness of the vessels of both lungs: trees that branch and taper."""
        tips = [
            (np.array([side * 34.0, height, 0.0]), side, float(angle), 0.0)
            for side, height in ((-1, 196), (1, 186))
            for angle in np.linspace(-1.35, 1.45, 7)
        ]
        vessels = np.zeros((HEIGHT_PX, WIDTH_PX))
        radius, length = 4.4, 27.0
        for _ in range(N_GENERATIONS):
            points, tips = _branches(tips, length, rng)
            vessels += _tube(points, radius, length / POINTS_A_BRANCH)
            radius, length = 0.77 * radius, 0.85 * length
        return vessels

    def _spine(self, x: Grid, y: Grid) -> Grid:
        """Thickness of the bone of the vertebrae."""
        spacing = 20 + 0.028 * y
        phase = (y / spacing) % 1
        body = _smooth_step(phase, 0.05, 0.16) * (1 - _smooth_step(phase, 0.86, 0.97))
        half = 14 + 0.02 * y
        column = 9 * _half_circle(x / half) ** 0.5 * (0.35 + 0.65 * body)
        processes = 2.5 * _half_circle(x / 4) * (0.4 + 0.6 * body)
        pedicles = 4 * _half_circle(np.hypot((np.abs(x) - 11) / 4, (phase - 0.35) * spacing / 5))
        return column + processes + pedicles

    def _ribs(self) -> Grid:
        """Thickness of the bone of the ribs: hoops that fall from the spine to the front."""
        angle = np.linspace(0.12, 2.3, 600)
        solid = np.clip((2.3 - angle) / 0.3, 0, 1)  # the front end is cartilage
        curves = []
        for number in range(N_RIBS):
            level, fall = 46 + 26 * number, 26 + 5.4 * number
            half = float(self._wall(np.array([[level + 32.0]]))[0, 0]) + 4
            across = 14 + (half - 14) * np.sin(angle) ** 0.9
            down = level - 9 * np.sin(2 * angle) + fall * (1 - np.cos(angle)) * 0.72
            depth = 0.5 * self.chest_depth * np.cos(angle)
            curves += [np.stack([side * across, down, depth], 1) for side in (-1, 1)]
        return _shells(curves, 6.0, 4.6, 0.75, solid)

    def _shoulders(self) -> Grid:
        """Thickness of the bone of clavicles and scapulae."""
        t = np.linspace(0, 1, 400)
        clavicles = [
            np.stack([side * (14 + 135 * t), 66 - 26 * t + 9 * np.sin(2 * np.pi * t), 0 * t], 1)
            for side in (-1, 1)
        ]
        scapulae = [
            np.stack([side * (152 - 16 * np.sin(np.pi * t)), 70 + 125 * t, 30 * t], 1)
            for side in (-1, 1)
        ]
        return _shells(clavicles, 6.2, 4.2, 0.6) + _shells(scapulae, 4.5, 3.0, 0.6)


Tip = tuple[Grid, int, float, float]
"""Where a vessel ends (3,), on which side, and where it points: downwards and forwards, in radians."""


def _branches(tips: list[Tip], length: float, rng: np.random.Generator) -> tuple[Grid, list[Tip]]:
    """One generation of vessels: points along them, and the two tips in which each ends."""
    t = np.linspace(0, 1, POINTS_A_BRANCH)[:, None]
    points, following = [], []
    for start, side, fall, lift in tips:
        reach = length * rng.uniform(0.7, 1.3)
        step = reach * np.array([side * np.cos(fall), np.sin(fall), np.sin(lift)])
        points.append(start + t * step + np.sin(np.pi * t) * rng.normal(0, 0.05, 3) * reach)
        following += [
            (start + step, side, fall + turn * rng.uniform(0.15, 0.6), lift + rng.normal(0, 0.4))
            for turn in (1, -1)
        ]
    return np.concatenate(points), following


def _shells(
    curves: list[Grid], outer: float, inner: float, hollow: float, solid: Grid | float = 1.0
) -> Grid:
    """Thickness of tubes of cortical bone around marrow, which is lighter by `hollow`."""
    spacing = np.concatenate(
        [np.linalg.norm(np.gradient(curve, axis=0), axis=1) * solid for curve in curves]
    )
    points = np.concatenate(curves)
    return _tube(points, outer, spacing) - hollow * _tube(points, inner, spacing)


def _tube(points: Grid, radius: float, spacing: Grid | float) -> Grid:
    """Thickness along each ray of tubes around curves in space.

    Args:
        points: (N, 3) in mm: right, down, towards the detector.
        radius: of the tubes, in mm.
        spacing: (N,) or one, in mm: the length for which each point stands.
    """
    volume = np.broadcast_to(np.pi * radius**2 * np.asarray(spacing), len(points))
    rows = points[:, 1] / MM_PER_PX - 0.5
    columns = points[:, 0] / MM_PER_PX + WIDTH_PX / 2 - 0.5
    edges = (np.arange(HEIGHT_PX + 1) - 0.5, np.arange(WIDTH_PX + 1) - 0.5)
    masses, *_ = np.histogram2d(rows, columns, bins=edges, weights=volume / MM_PER_PX**2)
    return _blurred(masses.astype(np.float64), _ball(radius / MM_PER_PX))


def _ball(radius_px: float) -> Grid:
    """The projection of a ball, of sum 1."""
    reach = int(np.ceil(radius_px)) + 1
    rows, columns = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    projection = _half_circle(np.hypot(rows, columns) / radius_px)
    return np.asarray(projection / projection.sum())


def _blurred(image: Grid, kernel: Grid) -> Grid:
    """The image convolved with an odd kernel; what leaves it on one side does not come back."""
    reach = len(kernel) // 2
    padded = np.pad(image, reach, mode="edge")
    shape = tuple(-(-side // FAST_SIDE) * FAST_SIDE for side in padded.shape)
    spectrum = np.fft.rfft2(padded, shape) * np.fft.rfft2(kernel, shape)
    whole: Grid = np.fft.irfft2(spectrum, shape)
    return whole[2 * reach : 2 * reach + image.shape[0], 2 * reach : 2 * reach + image.shape[1]]


def _cloud(x: Grid, y: Grid, opacity: Opacity, rng: np.random.Generator) -> Grid:
    """(H, W) in [0, 1]: dense in the middle, patchy and without a border outside."""
    distance = np.hypot(x - opacity.x_mm, y - opacity.y_mm) / opacity.radius_mm
    patches = np.zeros_like(x)
    for n_waves in (6, 12, 24):
        coarse = Image.fromarray(rng.normal(0, 1, (n_waves, n_waves)).astype(np.float32))
        patches += np.asarray(coarse.resize((WIDTH_PX, HEIGHT_PX), Image.Resampling.BICUBIC))
    return np.exp(-(distance**2)) * np.clip(0.8 + 0.22 * patches, 0, 1.15)


def _exposed(attenuation: Grid, rng: np.random.Generator) -> GrayArray:
    """What a detector counts behind the patient, shown as a radiograph."""
    signal = np.exp(-attenuation)
    signal += SCATTER * signal.mean()
    counted = rng.poisson(PHOTONS * signal).astype(np.float64)
    counts = _blurred(counted + 1, _ball(1.1))
    density = -np.log(counts / PHOTONS)
    density += UNSHARP * (density - _blurred(density, _ball(UNSHARP_RADIUS_PX)))
    low, high = np.percentile(density[HEIGHT_PX // 8 :, :], [0.5, 99.5])
    shade = np.clip((density - low) / (high - low), 0, 1)
    pixels: GrayArray = np.round(255 * shade**GAMMA).astype(np.uint8)
    return pixels


def _labelled(pixels: GrayArray) -> GrayArray:
    """With the letters that say what it is, below the left arm."""
    image = Image.fromarray(pixels)
    draw = ImageDraw.Draw(image)
    draw.text((14, HEIGHT_PX - 30), LETTERS, fill=235, font=ImageFont.load_default(16))
    return np.asarray(image)


def _half_circle(t: Grid) -> Grid:
    """The chord of a circle of diameter 1 at a distance of `t` radii from its centre."""
    return np.sqrt(np.clip(1 - t**2, 0, None))


def _tilted_ellipsoid(x: Grid, y: Grid, a: float, b: float, angle: float) -> Grid:
    """The chord through an ellipsoid, as a share of its greatest."""
    along = np.cos(angle) * x + np.sin(angle) * y
    across = np.cos(angle) * y - np.sin(angle) * x
    return _half_circle(np.hypot(along / a, across / b))


def _smooth_step(t: Grid, start: float, end: float) -> Grid:
    """0 before the start, 1 after the end, smooth between."""
    s = np.clip((t - start) / (end - start), 0, 1)
    return s * s * (3 - 2 * s)
