"""What `raiox bench` says beside its times: without it, nobody can compare them."""

from raiox.cli.bench import conditions_of
from raiox.settings import InferenceSettings


def test_times_come_with_the_networks_the_runtime_the_threads_and_the_machine():
    conditions = conditions_of(InferenceSettings(n_threads=3))

    assert conditions["classifier"].startswith("mobilenet")
    assert conditions["runtime"].startswith("onnxruntime 1")
    assert (conditions["backend"], conditions["threads"]) == ("cpu", 3)
    assert all(conditions[name] for name in ("filter", "processor", "system", "cores", "raiox"))
