"""What a waiting visitor reads comes from what was measured."""

from raiox.service.wait_estimate import N_BATCHES, WaitEstimator


class Watch:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def paced(*batches: tuple[int, float]) -> WaitEstimator:
    watch = Watch()
    wait_estimator = WaitEstimator(watch)
    for n, duration_s in batches:
        with wait_estimator.measure(n):
            watch.now_s += duration_s
    return wait_estimator


def test_nothing_is_promised_before_anything_was_measured():
    assert paced().wait_s(3) is None


def test_a_wait_is_the_batch_under_way_those_before_and_its_own():
    assert paced((1, 2.0), (1, 4.0)).wait_s(n_before=2) == 3 + 3 * 3


def test_analyses_of_one_batch_share_its_time():
    assert paced((4, 2.0)).wait_s(n_before=3) == 2 + 4 * 0.5


def test_a_wait_is_never_zero():
    assert paced((1, 0.001)).wait_s(0) == 1


def test_an_empty_batch_does_not_count():
    assert paced((0, 5.0)).wait_s(0) is None


def test_what_is_long_past_no_longer_counts():
    assert paced((1, 100.0), *[(1, 1.0)] * N_BATCHES).wait_s(0) == 2
