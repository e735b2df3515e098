"""What Ray reads from the environment when it is imported: so set it before `on_ray` is."""

import os
import secrets


def set_up_ray(*, own_cluster: bool) -> None:
    """No usage statistics; a cluster of one's own listens on loopback, and needs a token.

    Whoever reaches a cluster may run anything as its user, and other users of the machine reach
    loopback, too.
    """
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    # A job that uses no GPU sees them all the same, as it would without Ray.
    os.environ["RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO"] = "0"
    if own_cluster:
        # Ray has no setting for it: on these systems it listens on loopback, against their firewalls'
        # questions. Elsewhere it takes `_node_ip_address="127.0.0.1"` for the address of the host.
        os.environ["RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"] = "0"
        os.environ["RAY_AUTH_MODE"] = "token"
        os.environ["RAY_AUTH_TOKEN"] = secrets.token_hex(32)
