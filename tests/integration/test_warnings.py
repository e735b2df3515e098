"""What the JSON warns of, the CSV and the plain form warn of, too."""

import csv
import io
from collections.abc import Sequence
from dataclasses import replace

import pytest
from fakes import FakeEngine, FakeIntake, png

from raiox.entities import EngineResult, Radiograph
from raiox.errors import RaioxError
from raiox.intake.sandbox.decoder_api import NOTES
from raiox.messages import messages_for
from raiox.result import LOW_QUALITY
from raiox.vocabulary import LANGUAGES, LOW_QUALITY_NOTES, NOTICE, Uncertainty

pytestmark = pytest.mark.anyio

ANALYSES = "/api/v1/analyses"
UNLIKE = Uncertainty.OUT_OF_DISTRIBUTION
WARNINGS = {*NOTES, LOW_QUALITY, UNLIKE}


class NotingIntake(FakeIntake):
    """Notes everything that intake can note."""

    def load(self, content: bytes, sha256: str | None = None) -> Radiograph:
        return replace(super().load(content, sha256), notes=tuple(sorted(NOTES)))


class WarningEngine(FakeEngine):
    """Finds every image poor, and every radiograph unlike what it knows."""

    def predict(self, radiographs: Sequence[Radiograph]) -> list[EngineResult | RaioxError]:
        return [_with_warnings(result) for result in super().predict(radiographs)]


def _with_warnings(result: EngineResult | RaioxError) -> EngineResult:
    assert isinstance(result, EngineResult)
    prediction = result.prediction and replace(
        result.prediction, finding="uncertain", uncertainty=UNLIKE, out_of_distribution=True
    )
    poor = replace(result.filter_result, quality=0.1, low_quality=True)
    return replace(result, filter_result=poor, prediction=prediction)


@pytest.fixture
def start_warning(start):
    return lambda: start(engine=WarningEngine(), reader=NotingIntake())


async def test_the_csv_has_every_warning_and_the_notice(start_warning):
    async with start_warning() as service:
        browser = service.browser()
        document = (await browser.post(ANALYSES, content=png())).json()
        export = await browser.get(f"{ANALYSES}/export?format=csv")

    [row] = csv.DictReader(io.StringIO(export.text))
    assert set(row["warnings"].split()) == WARNINGS
    assert set(document["notes"]) <= WARNINGS
    assert (document["filter"]["low_quality"], document["out_of_distribution"]) == (True, True)
    assert [row[f"notice_{language}"] for language in LANGUAGES] == list(NOTICE.values())


async def test_the_csv_says_why_there_is_no_result(start):
    async with start() as service:
        browser = service.browser()
        await browser.post(ANALYSES, content=png(mean=250))
        export = await browser.get(f"{ANALYSES}/export?format=csv")

    [row] = csv.DictReader(io.StringIO(export.text))
    assert row["rejection_code"] == "document_image"
    for language in LANGUAGES:
        title = messages_for("document_image", language, {})["title"]
        assert row[f"reason_{language}"] == title


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("mean", [100, 250], ids=["analysed", "rejected"])
async def test_the_plain_form_shows_every_warning(start_warning, language, mean):
    async with start_warning() as service:
        browser = service.browser(follow_redirects=True)
        files = {"file": ("a.png", png(mean))}
        page = await browser.post(f"/plain?lang={language}", files=files)

    of_results = {UNLIKE, LOW_QUALITY, *LOW_QUALITY_NOTES}  # a rejection has nothing to trust less
    for code in WARNINGS:
        expected = mean == 100 or code not in of_results
        assert (messages_for(code, language, {})["title"] in page.text) == expected
    assert NOTICE[language] in page.text
