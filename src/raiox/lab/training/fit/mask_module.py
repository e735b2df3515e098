"""Segmentation of the lungs, learned from masks drawn by hand.

Two anatomies never mix: `lungs` includes what lies behind the heart and what is consolidated,
`lungs_without_heart` leaves the heart out. Each image trains the output that its mask was drawn for.
Source: Milletari et al., 2016, arXiv:1606.04797 (Dice as a loss).
"""

from torch import Tensor
from torch.nn import functional

from raiox.lab.training.augment.augmentation import augment, augment_regions
from raiox.lab.training.fit.lightning_module import Batch, TrainingModule, normalise, unit


class MaskModule(TrainingModule):
    """A network that learns masks instead of labels."""

    def training_step(self, batch: Batch, batch_index: int) -> Tensor:
        """The loss of one batch; image and mask are augmented alike, and only the drawn anatomy counts."""
        spec, zoomed = self.recipe.augmentation, batch.may_be_zoomed
        images = augment(unit(batch.square), spec, self._generator(batch_index), zoomed)
        drawn = augment_regions(unit(batch.region), spec, self._generator(batch_index), zoomed)
        output = self.network(normalise(images, self.recipe.preprocessing))
        loss = mask_loss(output.maps, batch.label, drawn)
        self.log("loss_masks", loss, prog_bar=True)
        return loss

    def validation_step(self, batch: Batch, batch_index: int) -> None:
        """Log the Dice coefficient of the drawn anatomy, at the resolution of the masks."""
        del batch_index
        labels, drawn = batch.label, unit(batch.region)
        output = self.network(normalise(unit(batch.square), self.recipe.preprocessing))
        self.log("valid_loss", mask_loss(output.maps, labels, drawn), prog_bar=True, sync_dist=True)
        overlap = dice(own_mask(output.maps, labels).sigmoid().round(), drawn.round())
        self.log("valid_dice", overlap.mean(), prog_bar=True, sync_dist=True)

    def on_validation_epoch_end(self) -> None:
        """Do nothing: the Dice coefficient is logged batch by batch."""


def mask_loss(masks: Tensor, labels: Tensor, drawn: Tensor) -> Tensor:
    """Cross-entropy of each pixel, and one less the Dice coefficient of each image.

    Args:
        masks: (N, K, h, w) in logits.
        labels: (N,) the output that was drawn.
        drawn: (N, 1, h, w) in [0, 1].
    """
    own = own_mask(masks, labels)
    pixels = functional.binary_cross_entropy_with_logits(own, drawn)
    return pixels + 1 - dice(own.sigmoid(), drawn).mean()


def own_mask(masks: Tensor, labels: Tensor) -> Tensor:
    """(N, K, h, w) to (N, 1, h, w), that of the label."""
    return masks.gather(1, labels.view(-1, 1, 1, 1).expand(-1, 1, *masks.shape[2:]))


def dice(masks: Tensor, drawn: Tensor) -> Tensor:
    """(N,) twice the shared area over both areas; (N, 1, h, w) each, in [0, 1]."""
    shared = (masks * drawn).sum(dim=(1, 2, 3))
    both = masks.sum(dim=(1, 2, 3)) + drawn.sum(dim=(1, 2, 3))
    return (2 * shared + 1) / (both + 1)
