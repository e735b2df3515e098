"""Training images vary as specified, and in the same way for the same seed."""

import torch

from raiox.lab.training.augment.augmentation import augment, augment_regions
from raiox.lab.training.recipe import Augmentation

EVERYTHING = Augmentation(
    rotation_deg=10, zoom=(0.8, 1.3), aspect=(0.8, 1.2), shift=0.1, flip=True, gamma=(0.7, 1.4),
    contrast=(0.7, 1.3), brightness=0.1, blur=0.5, patches=2, top_occlusion=0.5,
)  # fmt: skip


def drawn() -> torch.Tensor:
    ramp = torch.linspace(0.1, 0.9, 32)
    return (ramp[None, :] * 0.5 + ramp[:, None] * 0.3).repeat(16, 1, 1, 1)


def seeded(seed: int = 1) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_an_empty_specification_changes_nothing() -> None:
    images = drawn()

    torch.testing.assert_close(augment(images, Augmentation(), seeded()), images, atol=1e-5, rtol=0)


def test_the_same_seed_gives_the_same_images() -> None:
    first, second = (augment(drawn(), EVERYTHING, seeded(7)) for _ in range(2))

    assert torch.equal(first, second)


def test_another_seed_gives_other_images() -> None:
    assert not torch.equal(
        augment(drawn(), EVERYTHING, seeded(7)), augment(drawn(), EVERYTHING, seeded(8))
    )


def test_values_stay_between_black_and_white() -> None:
    images = augment(drawn(), EVERYTHING, seeded())

    assert images.min() >= 0
    assert images.max() <= 1


def test_flip_mirrors_about_half_of_the_images() -> None:
    images = drawn().repeat(8, 1, 1, 1)

    flipped = augment(images, Augmentation(flip=True), seeded())

    mirrored = [
        torch.allclose(a, b.flip(-1), atol=1e-5) for a, b in zip(flipped, images, strict=True)
    ]
    kept = [torch.allclose(a, b, atol=1e-5) for a, b in zip(flipped, images, strict=True)]
    assert all(m or k for m, k in zip(mirrored, kept, strict=True))
    assert 0.35 < sum(mirrored) / len(images) < 0.65


def test_top_occlusion_blackens_a_sixth_to_a_quarter_from_above() -> None:
    images = augment(drawn(), Augmentation(top_occlusion=1.0), seeded())

    black_rows = (images[:, 0] == 0).all(dim=-1).sum(dim=-1)
    assert (black_rows >= 5).all()
    assert (black_rows <= 8).all()


def test_the_original_batch_is_left_alone() -> None:
    images = drawn()
    before = images.clone()

    augment(images, EVERYTHING, seeded())

    assert torch.equal(images, before)


def test_bars_squeeze_an_image_and_its_region_alike() -> None:
    spec = Augmentation(bars=1.0)
    images = torch.full((16, 1, 32, 32), 0.37)

    squeezed = augment(images, spec, seeded(3))
    regions = augment_regions(torch.ones_like(images), spec, seeded(3))

    inside = regions > 0.99
    torch.testing.assert_close(squeezed[inside], images[inside])
    assert (inside.float().mean(dim=(1, 2, 3)) > 0.4).all()
    assert inside.float().mean() < 0.9
    outside = regions < 0.01
    assert (squeezed[outside] != 0.37).float().mean() > 0.99


def test_few_grays_leave_steps_where_there_was_a_ramp_and_keep_its_mean() -> None:
    ramp = torch.linspace(0.05, 0.95, 128).repeat(64, 1, 128, 1)

    posterised = augment(ramp, Augmentation(posterise=1.0), seeded())

    change = (posterised - ramp).abs()
    assert (change.mean(dim=(1, 2, 3)) > 1e-3).all()
    assert change.max() < 0.2
    assert (posterised - ramp).mean().abs() < 0.01


def test_no_more_than_the_chosen_share_of_images_loses_grays() -> None:
    images = drawn().repeat(8, 1, 1, 1)

    posterised = augment(images, Augmentation(posterise=0.25), seeded())

    changed = [not torch.allclose(a, b, atol=1e-4) for a, b in zip(posterised, images, strict=True)]
    assert 0.1 < sum(changed) / len(images) < 0.4
