"""The maps of an analysis come back from their bytes."""

import numpy as np

from raiox.service.stored_maps import StoredMaps

FINDINGS = np.linspace(-1, 1, 30, dtype=np.float32).reshape(3, 2, 5)
LUNGS = np.linspace(0, 1, 10, dtype=np.float32).reshape(2, 5)


def test_maps_of_findings_and_lungs_come_back():
    back = StoredMaps.unpack(StoredMaps(FINDINGS, LUNGS).pack(), n_findings=3)

    np.testing.assert_allclose(back.findings, FINDINGS, atol=1e-3)
    np.testing.assert_allclose(back.lungs, LUNGS, atol=1e-3)


def test_without_lungs_none_come_back():
    back = StoredMaps.unpack(StoredMaps(FINDINGS, None).pack(), n_findings=3)

    np.testing.assert_allclose(back.findings, FINDINGS, atol=1e-3)
    assert back.lungs is None
