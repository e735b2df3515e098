"""Inside a label, every source comes as often as any other.

Source:  a source of thousands no longer drowns one of hundreds.
Takes:   as `mild`.
Run:     raiox compare recipes/ablations/mild.py recipes/ablations/even_sources.py
"""

from pathlib import Path

from raiox.lab.training.recipe import Sampling, load_recipe

MILD = load_recipe(Path(__file__).with_name("mild.py"))

RECIPE = MILD.model_copy(
    update={
        "name": "even_sources",
        "learning": Sampling(source_power=0.0),
    }
)
