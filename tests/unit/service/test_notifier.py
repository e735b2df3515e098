"""A notification reaches those who subscribed to that analysis."""

import pytest

from raiox.service.notifier import Notifier, wait_for

pytestmark = pytest.mark.anyio


async def test_a_notification_wakes_every_subscriber_and_nobody_else():
    notifier = Notifier()
    with (
        notifier.subscribe("a") as one,
        notifier.subscribe("a") as two,
        notifier.subscribe("b") as other,
    ):
        notifier.notify("a")

        assert [await wait_for(event, 0.01) for event in (one, two, other)] == [True, True, False]
    assert notifier._subscribers == {}
