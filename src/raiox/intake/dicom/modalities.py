"""Which modalities cannot hold a chest radiograph. Source: DICOM PS3.3, C.7.3.1.1.1.

Archives write words of their own (XR, X-RAY, CR+DX, SC) or none at all. Whether
such an image shows a chest is for the frontal filter to say; refused is only what
the Standard's own terms keep for other images, and for what is no image.
"""

from typing import Final

from raiox.intake.errors import NotARadiographError

NO_CHEST_RADIOGRAPHS: Final = frozenset(
    """
    ANN AR ASMT AU BDUS BI BMD CFM CT CTPROTOCOL DG DMS DOC ECG EEG EMG EOG EPS ES FID GM HD IO
    IVOCT IVUS KER KO LEN LS M3D MG MR NM OAM OCT OP OPM OPT OPTBSV OPTENF OPV OSS PA PLAN POS PR
    PT PX REG RESP RTDOSE RTIMAGE RTINTENT RTPLAN RTRAD RTRECORD RTSEGANN RTSTRUCT RWV SEG SM SMR
    SR SRF STAIN TEXTUREMAP TG US VA XA XAPROTOCOL XC
    """.split()  # noqa: SIM905 - as a list, one word a line, it would fill the page
)
"""Terms of the Standard, so that they may be repeated to a user."""


def check_modality(modalities: list[str]) -> None:
    """Let everything pass that may be a radiograph.

    Args:
        modalities: the values of the element, upper case.

    Raises:
        NotARadiographError: every one is another kind (`modality`, a term of the Standard).
    """
    if modalities and all(modality in NO_CHEST_RADIOGRAPHS for modality in modalities):
        raise NotARadiographError(modality=modalities[0])
