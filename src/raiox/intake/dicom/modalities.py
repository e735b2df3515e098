"""Which modalities may hold a chest radiograph. Source: DICOM PS3.3, C.7.3.1.1.1."""

from typing import Final

from raiox.intake.errors import NotARadiographError

# OT, HC and none at all: scanned films, and exports that lost their origin.
RADIOGRAPHS: Final = frozenset({"CR", "DX", "RG", "DR", "RF", "OT", "HC", ""})
OTHERS: Final = frozenset(
    """
    AR AU BDUS BI BMD CFM CT DG DMS DOC ECG EEG EMG EOG EPS ES FA FID GM HD IO IVOCT IVUS KER
    KO LS MG MR NM OAM OCT OP OPM OPT OPTENF OPV OSS PA PLAN POS PR PT PX REG RESP RTDOSE
    RTIMAGE RTPLAN RTRECORD RTSTRUCT RWV SEG SM SMR SR SRF STAIN TG US VA XA XC
    """.split()  # noqa: SIM905 - as a list, one word a line, it would fill the page
)
"""The Standard's other words: only these may be repeated to a user."""


def check_modality(modality: str) -> None:
    """Let radiographs pass.

    Raises:
        NotARadiographError: another modality (`modality`, a word of the Standard).
    """
    modality = modality.strip().upper()
    if modality not in RADIOGRAPHS:
        raise NotARadiographError(modality=modality if modality in OTHERS else "unknown")
