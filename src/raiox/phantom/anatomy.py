"""The solids of one chest, and how much of a ray each takes."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from PIL import Image

from raiox.phantom.projection import (
    HEIGHT_PX,
    WIDTH_PX,
    Grid,
    half_circle,
    smooth_step,
    tilted_ellipsoid,
    tube,
)

WATER, BONE = 0.0206, 0.034  # per mm, at 60 keV; bone is cortical and spongy together
LUNG_DENSITY: Final = 0.26  # of water, at full inspiration
N_RIBS: Final = 11
N_GENERATIONS: Final = 7  # of a tree of vessels
POINTS_A_BRANCH: Final = 30


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


@dataclass(frozen=True, slots=True)
class Anatomy:
    """Measures of one chest, in mm; each varies a little from person to person."""

    chest_half_width: float
    chest_depth: float
    apex: float
    """Top of the lungs, from the top of the image."""
    dome: float
    """Top of the right hemidiaphragm."""
    heart_radius: float

    @classmethod
    def vary(cls, rng: np.random.Generator) -> "Anatomy":
        """One chest among many."""
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
            air = air * (1 - opacity.density * cloud(x, y, opacity, rng))
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
        half = 58 + (self.chest_half_width + 20) * smooth_step(y, -25, 75)
        depth = 120 + (self.chest_depth - 120) * smooth_step(y, 0, 190)
        return depth * half_circle(x / half) ** 0.75

    def _air(self, x: Grid, y: Grid) -> Grid:
        """Thickness of both lungs along each ray."""
        wall = self._wall(y)
        lungs = np.zeros_like(x)
        for side, dome in ((-1, self.dome), (1, self.dome + 14)):
            across = side * x
            inner = 16 + 26 * (1 - smooth_step(y, 30, 90)) ** 2 + 10 * smooth_step(y, 110, 210)
            middle, half = (wall + inner) / 2, np.clip((wall - inner) / 2, 1, None)
            profile = half_circle((across - middle) / half)
            top = half_circle(np.clip((self.apex + 110 - y) / 110, 0, None)) ** 1.2
            # The diaphragm is a dome: behind it the lung reaches lower than its top.
            edge = dome + 60 * ((across - 62) / 78) ** 2
            base = np.clip((edge + 22 - y) / 40, 0, 1) ** 0.9
            lungs += (self.chest_depth - 45) * profile**0.75 * top * base
        return np.clip(lungs - self._mediastinum(x, y), 0, None)

    def _mediastinum(self, x: Grid, y: Grid) -> Grid:
        """Thickness of heart and great vessels, which lie where lung would be."""
        size = self.heart_radius
        heart = 2.1 * size * tilted_ellipsoid(x - 26, y - 262, size * 1.28, size * 0.98, 0.6)
        right_atrium = 88 * tilted_ellipsoid(x + 22, y - 258, 28, 52, 0)
        arch = 78 * tilted_ellipsoid(x - 22, y - 138, 20, 23, 0)
        descending = 46 * half_circle((x - 24) / 17) * smooth_step(y, 128, 160)
        pulmonary = 60 * tilted_ellipsoid(x - 33, y - 178, 22, 26, 0)
        vena_cava = 60 * half_circle((x + 20) / 14) * (1 - smooth_step(y, 190, 240))
        hila = [
            44 * tilted_ellipsoid(x - side * 46, y - height, 15, 27, side * 0.5)
            for side, height in ((-1, 198), (1, 186))
        ]
        layers = [heart, right_atrium, arch, descending, pulmonary, vena_cava, *hila]
        return np.asarray(np.maximum.reduce(np.stack(layers)))

    def _air_ways(self, x: Grid, y: Grid) -> Grid:
        """Thickness of the air in trachea and main bronchi."""
        trachea = 17 * half_circle((x + 2) / 8.5) * (1 - smooth_step(y, 158, 172))
        level = smooth_step(y, 158, 168) * (1 - smooth_step(y, 190, 205))
        right, left = (
            11 * level * half_circle((x - (y - 158) * slope) / 6) for slope in (-0.75, 1.15)
        )
        return np.maximum(trachea, np.maximum(right, left))

    def _stomach_gas(self, x: Grid, y: Grid) -> Grid:
        """Thickness of the gas under the left hemidiaphragm."""
        return 55 * tilted_ellipsoid(x - 70, y - (self.dome + 58), 34, 17, 0.15)

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
            points, tips = branches(tips, length, rng)
            vessels += tube(points, radius, length / POINTS_A_BRANCH)
            radius, length = 0.77 * radius, 0.85 * length
        return vessels

    def _spine(self, x: Grid, y: Grid) -> Grid:
        """Thickness of the bone of the vertebrae."""
        spacing = 20 + 0.028 * y
        phase = (y / spacing) % 1
        body = smooth_step(phase, 0.05, 0.16) * (1 - smooth_step(phase, 0.86, 0.97))
        half = 14 + 0.02 * y
        column = 9 * half_circle(x / half) ** 0.5 * (0.35 + 0.65 * body)
        processes = 2.5 * half_circle(x / 4) * (0.4 + 0.6 * body)
        pedicles = 4 * half_circle(np.hypot((np.abs(x) - 11) / 4, (phase - 0.35) * spacing / 5))
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
        return shells(curves, 6.0, 4.6, 0.75, solid)

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
        return shells(clavicles, 6.2, 4.2, 0.6) + shells(scapulae, 4.5, 3.0, 0.6)


Tip = tuple[Grid, int, float, float]
"""Where a vessel ends (3,), on which side, and where it points: downwards and forwards, in radians."""


def branches(tips: list[Tip], length: float, rng: np.random.Generator) -> tuple[Grid, list[Tip]]:
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


def shells(
    curves: list[Grid], outer: float, inner: float, hollow: float, solid: Grid | float = 1.0
) -> Grid:
    """Thickness of tubes of cortical bone around marrow, which is lighter by `hollow`."""
    spacing = np.concatenate(
        [np.linalg.norm(np.gradient(curve, axis=0), axis=1) * solid for curve in curves]
    )
    points = np.concatenate(curves)
    return tube(points, outer, spacing) - hollow * tube(points, inner, spacing)


def cloud(x: Grid, y: Grid, opacity: Opacity, rng: np.random.Generator) -> Grid:
    """(H, W) in [0, 1]: dense in the middle, patchy and without a border outside."""
    distance = np.hypot(x - opacity.x_mm, y - opacity.y_mm) / opacity.radius_mm
    patches = np.zeros_like(x)
    for n_waves in (6, 12, 24):
        coarse = Image.fromarray(rng.normal(0, 1, (n_waves, n_waves)).astype(np.float32))
        patches += np.asarray(coarse.resize((WIDTH_PX, HEIGHT_PX), Image.Resampling.BICUBIC))
    return np.exp(-(distance**2)) * np.clip(0.8 + 0.22 * patches, 0, 1.15)
