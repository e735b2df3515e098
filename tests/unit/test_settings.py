"""Settings that depend on the machine."""

import os

import pytest

from raiox.settings import InferenceSettings, n_usable_cores


@pytest.mark.parametrize(
    ("cpu_max", "most"),
    [("150000 100000", 2), ("50000 100000", 1), ("max 100000", 10**6), ("", 10**6)],
)
def test_a_container_may_use_as_many_cores_as_its_quota_pays_for(tmp_path, cpu_max, most):
    (tmp_path / "cpu.max").write_text(cpu_max)

    assert n_usable_cores(tmp_path / "cpu.max") == min(most, len(os.sched_getaffinity(0)))


def test_one_forward_pass_runs_on_each_core():
    assert InferenceSettings().n_threads == n_usable_cores()
