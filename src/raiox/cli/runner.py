"""What runs the processes of a command, by its options."""

from typing import TYPE_CHECKING

import typer

from raiox.cli.errors import require_extra
from raiox.cli.language import say
from raiox.cli.options import JobEngine

if TYPE_CHECKING:
    from raiox.lab.jobs.job import Runner


def open_runner(engine: JobEngine, jobs: int, address: str | None) -> "Runner":
    """The runner that the options name.

    Raises: ExtraMissingError, typer.BadParameter.
    """
    if engine is JobEngine.RAY:
        require_extra("ray", "ray")

        from raiox.lab.jobs.ray_environment import set_up_ray

        set_up_ray(own_cluster=address is None)

        from raiox.lab.jobs.on_ray import RayRunner

        return RayRunner(jobs, address)
    if address is not None:
        raise typer.BadParameter(
            say("options_need", options="--ray-address", needed="--engine ray")
        )

    from raiox.lab.jobs.local import LocalRunner

    return LocalRunner(jobs)
