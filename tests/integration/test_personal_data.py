"""Personal strings in every corner of a file and a request: not one byte of them is found anywhere."""

import io

import pytest
from drawings import dicom, phantom, study
from PIL import Image, PngImagePlugin

from raiox.intake import Intake
from raiox.settings import IntakeSettings

pytestmark = pytest.mark.anyio

ANALYSES = "/api/v1/analyses"
NAMES = [f"PESSOA{number:02d}SEGREDO" for number in range(30)]


def secret_dicom() -> bytes:
    """In its preamble, its text elements, a private one, and behind its end."""
    keywords = (
        "PatientName", "PatientID", "PatientAddress", "PatientComments", "OtherPatientNames",
        "ReferringPhysicianName", "InstitutionName", "StationName", "OperatorsName",
        "StudyDescription", "SeriesDescription", "ImageComments", "AccessionNumber",
        "RequestingPhysician", "ProtocolName",
    )  # fmt: skip
    data = study(phantom(), **{word: NAMES[i][:16] for i, word in enumerate(keywords)})
    block = data.private_block(0x0029, NAMES[15], create=True)
    block.add_new(0x01, "LO", NAMES[16])
    content = dicom(data)
    return NAMES[17].encode().ljust(128, b"\0") + content[128:] + NAMES[18].encode()


def secret_png() -> bytes:
    """In its texts, its EXIF and behind its end."""
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Title", NAMES[19])
    texts.add_itxt("XML:com.adobe.xmp", f"<x>{NAMES[20]}</x>", zip=False)
    texts.add_text("Comment", NAMES[21], zip=True)
    file = io.BytesIO()
    image = Image.fromarray(phantom())
    exif = image.getexif()
    exif[0x010E], exif[0x8298] = NAMES[22], NAMES[23]  # description, copyright
    image.save(file, "PNG", pnginfo=texts, exif=exif)
    return file.getvalue() + NAMES[24].encode()


def secret_jpeg() -> bytes:
    """In its comment and its EXIF, with a place on Earth."""
    file = io.BytesIO()
    image = Image.fromarray(phantom())
    exif = image.getexif()
    exif[0x010E] = NAMES[25]
    exif.get_ifd(0x8825)[29] = NAMES[26]  # GPSDateStamp
    image.save(file, "JPEG", exif=exif, comment=NAMES[27].encode())
    return file.getvalue()


async def test_thirty_personal_strings_are_in_no_answer_and_no_file(start, tmp_path, capfd):
    files = (secret_dicom(), secret_png(), secret_jpeg())
    answers = []
    with Intake(IntakeSettings(decoder_wall_s=30.0)) as intake:
        async with start(reader=intake) as service:
            browser = service.browser()
            for content in files:
                form = {"file": (f"{NAMES[28]}.dcm", content)}
                headers = {"User-Agent": NAMES[29], "Referer": f"http://localhost/{NAMES[28]}"}
                answers.append(await browser.post(ANALYSES, files=form, headers=headers))
            for document in [answer.json() for answer in answers]:
                addresses = (document["image"], *(document["maps"] or {}).values())
                answers += [await browser.get(address) for address in addresses]
            answers += [await browser.get(f"{ANALYSES}/export"), await browser.get("/metrics")]
    kept = [path.read_bytes() for path in (tmp_path / "var").rglob("*") if path.is_file()]
    said = "".join(capfd.readouterr()).encode()
    searched = [*kept, *(answer.content for answer in answers), said]
    forms = [name.encode(code) for name in NAMES for code in ("ascii", "utf-16-le")]
    forms += [name[:16].encode() for name in NAMES[:15]]

    assert [answer.status_code for answer in answers[:3]] == [201] * 3
    assert all(any(name[:16].encode() in file for file in files) for name in NAMES[:19])
    assert not [form for form in forms for content in searched if form in content]
