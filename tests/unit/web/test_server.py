"""Listening beyond this machine without limits needs a word."""

import pytest

from raiox.settings import WebSettings
from raiox.web.server import PublicWithoutLimitsError, refuse_public_without_limits


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.0.7", "raiox.example"])
def test_refuses_to_be_public_without_limits(host):
    with pytest.raises(PublicWithoutLimitsError):
        refuse_public_without_limits(WebSettings(limits=False), host)


@pytest.mark.parametrize(
    ("settings", "host"),
    [
        (WebSettings(limits=False), "127.0.0.1"),
        (WebSettings(limits=False), "::1"),
        (WebSettings(limits=False), "localhost"),
        (WebSettings(), "0.0.0.0"),
        (WebSettings(limits=False, allow_public=True), "0.0.0.0"),
    ],
)
def test_listens_where_it_is_safe_or_allowed(settings, host):
    assert refuse_public_without_limits(settings, host) is None
