"""Files that are there whole or not at all, whenever the process is killed.

Each is written beside its place and then renamed, which a file system does at once.
Where several devices train, the first one's process writes and the others' do not.
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

Asked = ParamSpec("Asked")


def first_process_only(write: Callable[Asked, None]) -> Callable[Asked, None]:
    """Whatever it writes, the processes of the other devices do not."""
    alone: Callable[Asked, None] = rank_zero_only(write)
    return alone


@first_process_only
def save_text(text: str, file: Path) -> None:
    """UTF-8."""
    part = _part(file)
    part.write_text(text, encoding="utf-8")
    part.replace(file)


@first_process_only
def save_weights(network: nn.Module, file: Path) -> None:
    """As safetensors, by the names of the state dict."""
    part = _part(file)
    tensors = {name: tensor.contiguous() for name, tensor in network.state_dict().items()}
    save_file(tensors, part)
    part.replace(file)


class WholeCheckpoints(TorchCheckpointIO):
    """Lightning's checkpoints, renamed on their own disk."""

    def save_checkpoint(
        self, checkpoint: dict[str, Any], path: str | Path, storage_options: Any = None
    ) -> None:
        """Write beside, then rename."""
        part = _part(Path(path))
        super().save_checkpoint(checkpoint, part, storage_options)
        part.replace(path)


def _part(file: Path) -> Path:
    return file.with_name(f"{file.name}.part")
