import hashlib
import io
import zipfile
from pathlib import Path

import numpy as np
import pytest
from drawings import deep_phantom, dicom, phantom, picture, study
from PIL import Image

from raiox.intake import Intake
from raiox.intake.errors import EmptyUploadError, NotAnImageError, UploadTooLargeError
from raiox.settings import IntakeSettings


@pytest.fixture(scope="module")
def intake():
    with Intake(IntakeSettings(max_upload_bytes=100_000, decoder_wall_s=30.0)) as shared:
        yield shared


def test_reads_a_picture(intake):
    content = picture(phantom(), "png")

    radiograph = intake.load(content)

    np.testing.assert_array_equal(radiograph.pixels, phantom())
    assert radiograph.sha256 == hashlib.sha256(content).hexdigest()
    assert radiograph.source_format == "png"


def test_reads_a_dicom_file_and_keeps_nothing_of_the_patient(intake):
    radiograph = intake.load(dicom(study(phantom(), BurnedInAnnotation="YES")))

    np.testing.assert_array_equal(radiograph.pixels, phantom())
    assert radiograph.source_format == "dicom"
    assert radiograph.notes == ("burned_in_annotation",)
    assert "Silva" not in repr(radiograph)


def test_the_decoder_of_dicom_starts_with_the_first_such_file_and_not_before():
    def n_processes():
        return sum(
            len(children.read_text().split())
            for children in Path("/proc/self/task").glob("*/children")
        )

    before = n_processes()
    with Intake(IntakeSettings(decoder_wall_s=30.0)) as own:
        own.load(picture(phantom(), "png"))
        pictures_only = n_processes() - before
        own.load(dicom(study(phantom())))
        both = n_processes() - before

    assert (pictures_only, both) == (1, 2)


def test_the_same_bytes_give_the_same_pixels(intake):
    content = picture(phantom(), "jpeg")

    first, second = intake.load(content), intake.load(content)

    assert first.pixels.tobytes() == second.pixels.tobytes()


def test_takes_exactly_as_many_bytes_as_allowed(intake):
    content = picture(phantom(), "png")

    assert intake.load(content + bytes(100_000 - len(content))).pixels.size
    with pytest.raises(UploadTooLargeError) as refusal:
        intake.load(content + bytes(100_001 - len(content)))
    assert refusal.value.facts == {"max_bytes": 100_000}


@pytest.mark.parametrize("name", ["IM0", "exame da ação.png"])
def test_reads_the_one_image_of_an_archive_in_a_confined_process(intake, name):
    image, packed = picture(phantom(), "png"), io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, image)
        archive.writestr("README", b"text")

    read = intake.load(packed.getvalue())

    assert read.source_format == "zip"
    assert read.pixels.tobytes() == intake.load(image).pixels.tobytes()


def test_refuses_nothing_and_nonsense(intake):
    with pytest.raises(EmptyUploadError):
        intake.load(b"")
    with pytest.raises(NotAnImageError):
        intake.load(b"nonsense")


def test_the_largest_picture_allowed_fits_into_the_memory_of_a_decoder():
    patient = IntakeSettings(decoder_wall_s=120.0, decoder_cpu_s=60)
    side = int(patient.max_pixels**0.5)
    content = picture(Image.new("RGBA", (side, side), (90, 90, 90, 255)), "png", compress_level=1)

    with Intake(patient) as patient_intake:
        radiograph = patient_intake.load(content)

    assert radiograph.pixels.shape == (side, side)
    assert (radiograph.pixels == 90).all()


def test_ordinary_radiographs_of_detectors_fit_into_the_limits():
    raw = dicom(study(np.tile(deep_phantom(), (45, 44))[:4280, :3520]))
    deep = picture(np.tile(deep_phantom(), (53, 63))[:5000, :5000], "png", compress_level=1)

    with Intake(IntakeSettings(decoder_wall_s=120.0)) as patient_intake:
        shapes = [patient_intake.load(content).pixels.shape for content in (raw, deep)]

    assert shapes == [(4280, 3520), (5000, 5000)]
