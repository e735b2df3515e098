"""What a training needs to know of its machine: data, folder of runs, devices."""

from dataclasses import dataclass
from pathlib import Path

from raiox.inference.local import SHIPPED_MODELS

WEIGHTS_FILE = "weights.safetensors"


@dataclass(frozen=True)
class TrainingContext:
    """Where a run reads and writes, and what it computes on."""

    data: Path | None
    runs: Path
    imagenet: Path | None = None
    """ImageNet weights of the recipe's network, or of the teacher that `imagenet` names."""
    bundle: Path | None = None
    """Bundle that a recipe with `init="bundle"` starts from."""
    lungs: Path = SHIPPED_MODELS / "lungs"
    """Bundle of the lungs network, for a recipe with counterfactuals."""
    device: str = "cpu"
    n_devices: int = 1
    n_threads: int = 2
    gpus_per_run: float = 1.0
    """Of those that a cluster shares out; two runs with half of one share it."""
    deterministic: bool = False
    """Refuse computations whose result may differ between two runs on the same device."""

    @property
    def cache(self) -> Path:
        """Folder of prepared pixels."""
        return self.runs / "cache"

    def run_folder(self, recipe_name: str, seed: int) -> Path:
        """The folder of one recipe and seed."""
        return self.runs / f"{recipe_name}-seed{seed}"

    def earlier_run(self, recipe_name: str, seed: int) -> Path:
        """The finished run that another builds on: of the same seed, or else of seed 0."""
        own = self.run_folder(recipe_name, seed)
        return own if is_finished(own) else self.run_folder(recipe_name, 0)


def is_finished(folder: Path) -> bool:
    """Whether a run folder holds its final weights."""
    return (folder / WEIGHTS_FILE).is_file()
