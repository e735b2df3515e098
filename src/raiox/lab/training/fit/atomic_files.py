"""Files that are complete or absent, whenever the process is killed.

Each is written beside its target and then renamed, which a file system does at once.
With several devices, only the process of the first one writes.
Lightning writes checkpoints through the system's temporary folder: where that is another
disk than the runs', its rename is a copy, and a kill during it leaves half a checkpoint.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, ParamSpec

from lightning.pytorch.plugins.io import TorchCheckpointIO
from lightning.pytorch.utilities import rank_zero_only
from safetensors.torch import save_file
from torch import nn

Arguments = ParamSpec("Arguments")


def first_process_only(write: Callable[Arguments, None]) -> Callable[Arguments, None]:
    """Let only the process of the first device write."""
    first_only: Callable[Arguments, None] = rank_zero_only(write)
    return first_only


@first_process_only
def save_text(text: str, file: Path) -> None:
    """Write a text file in UTF-8."""
    partial = _partial(file)
    partial.write_text(text, encoding="utf-8")
    partial.replace(file)


@first_process_only
def save_weights(network: nn.Module, file: Path) -> None:
    """Write the state dict as safetensors."""
    partial = _partial(file)
    tensors = {name: tensor.contiguous() for name, tensor in network.state_dict().items()}
    save_file(tensors, partial)
    partial.replace(file)


class AtomicCheckpoints(TorchCheckpointIO):
    """Lightning's checkpoints, written beside their target and renamed."""

    def save_checkpoint(
        self, checkpoint: dict[str, Any], path: str | Path, storage_options: Any = None
    ) -> None:
        """Write a checkpoint; a kill leaves the old one."""
        partial = _partial(Path(path))
        super().save_checkpoint(checkpoint, partial, storage_options)
        partial.replace(path)


def _partial(file: Path) -> Path:
    return file.with_name(f"{file.name}.part")
