"""What a visitor does on an ordinary day, against the real service with a fake engine."""

import io
import re
import time
from urllib.parse import urlsplit

import pypdf
import pytest
from fakes import png
from playwright.sync_api import expect

from raiox.messages import text

from .axe import violations
from .conftest import PATIENCE_MS, upload
from .documents import PNG

ERASURE_S = 15.0
FAKE_ANSWER = re.compile("Padrão parecido com o de imagens rotuladas")


@pytest.fixture
def page(open_page, served):
    return open_page(served.url)


def answer(page):
    return page.get_by_role("heading", name=FAKE_ANSWER)


def test_a_radiograph_gets_its_sentence_three_bars_and_a_map(page):
    upload(page)

    expect(answer(page)).to_be_visible()
    expect(page.locator("li strong")).to_have_count(3)
    expect(page.get_by_role("img", name=re.compile("Mapa de calor"))).to_be_visible()
    scores = [
        float(result.strip("<> ").replace(",", "."))
        for result in page.locator("li strong").all_inner_texts()
    ]
    assert scores == sorted(scores, reverse=True)
    assert sum(scores) == pytest.approx(1, abs=0.02)


def test_the_map_lies_exactly_on_the_radiograph(page):
    upload(page)
    expect(answer(page)).to_be_visible()

    radiograph = page.get_by_alt_text("Radiografia enviada")
    heatmap = page.get_by_role("img", name=re.compile("Mapa de calor"))
    expect(heatmap).to_be_visible()

    # Both in one look: the page may still move between two.
    handles = [radiograph.element_handle(), heatmap.element_handle()]
    radiograph, heatmap = page.evaluate(
        "all => all.map(e => e.getBoundingClientRect().toJSON())", handles
    )
    assert radiograph == heatmap
    assert radiograph["width"] / radiograph["height"] == pytest.approx(320 / 288, rel=0.01)


def test_another_finding_shows_its_own_map(page):
    upload(page)
    expect(answer(page)).to_be_visible()

    page.get_by_role("radio", name="COVID-19").check(force=True)

    heatmap = page.get_by_role("img", name="Mapa de calor: COVID-19")
    expect(heatmap).to_be_visible()
    page.get_by_role("radio", name="Sem mapa").check(force=True)
    expect(heatmap).to_have_count(0)


def test_the_result_is_had_as_a_pdf_in_the_language_of_the_page(page):
    upload(page)
    expect(answer(page)).to_be_visible()
    link = page.get_by_role("link", name="PDF")

    titles = []
    for switch in ("PT, Português", "EN, English"):
        page.get_by_role("button", name=switch).click()
        pdf = page.request.get(
            f"{page.url.partition('?')[0].partition('#')[0]}{link.get_attribute('href')}"
        )
        reader = pypdf.PdfReader(io.BytesIO(pdf.body()))
        titles.append(reader.metadata.title)

    assert titles == [text("pdf.title", language) for language in ("pt", "en")]
    assert len(reader.pages) == 1


def test_a_reload_finds_the_same_analysis_again(page):
    upload(page)
    expect(answer(page)).to_be_visible()
    first = page.locator("dd code").last.text_content()

    page.reload()

    expect(answer(page)).to_be_visible()
    assert page.locator("dd code").last.text_content() == first


def test_the_history_holds_it_until_it_is_deleted(page):
    upload(page)
    expect(answer(page)).to_be_visible()
    page.get_by_role("link", name="Histórico").click()
    expect(page.get_by_role("listitem")).to_have_count(1)

    page.get_by_role("button", name=re.compile("Apagar a análise")).click()
    page.get_by_role("button", name="Sim, apagar").click()

    expect(page.get_by_role("heading", name="Ainda não há nada aqui")).to_be_visible()
    deletion = page.get_by_role("status").filter(has_text="Apagada do servidor")
    expect(deletion.get_by_text("não existe (404)")).to_have_count(4)
    deletion.get_by_role("button", name="Fechar").click()
    expect(page.get_by_text("Apagada do servidor")).to_have_count(0)


@pytest.mark.parametrize(
    ("button", "ending"), [("Dados (JSON)", ".json"), ("Tabela (CSV)", ".csv")]
)
def test_one_answer_is_taken_away_as_a_file(page, button, ending):
    upload(page)
    expect(answer(page)).to_be_visible()

    with page.expect_download() as download:
        page.get_by_role("link", name=button).click()

    assert download.value.suggested_filename.endswith(ending)
    assert "no_finding" in download.value.path().read_text(encoding="utf-8")


def test_an_answer_has_an_address_to_keep(page):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    upload(page)
    expect(answer(page)).to_be_visible()

    page.get_by_role("button", name="Copiar o link").click()

    expect(page.get_by_text("Só abre neste navegador.").first).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == page.url


def test_the_answer_is_one_word_one_sentence_and_at_most_five_numbers(page):
    page.set_viewport_size({"width": 1440, "height": 900})
    upload(page)
    expect(answer(page)).to_be_visible()
    expect(page.get_by_role("listitem").locator("strong")).to_have_count(3)

    word = page.locator("article h2 .word")
    assert len(word.inner_text().split()) <= 2
    expect(word.locator("svg")).to_have_count(1)
    text = " ".join(page.locator(".answer, .rest").all_inner_texts()).replace("COVID-19", "")
    assert len(re.findall(r"\d+(?:[.,]\d+)?", text)) <= 5
    expect(page.get_by_text("não são probabilidade nem risco de doença")).to_be_visible()


@pytest.mark.parametrize("width", [320, 375, 414])
def test_on_a_phone_the_answer_comes_before_the_end_of_the_radiograph(page, width):
    page.set_viewport_size({"width": width, "height": 812})
    upload(page)
    expect(answer(page)).to_be_visible()

    box, radiograph = answer(page).bounding_box(), page.locator("figure .stage").bounding_box()

    assert box["y"] + box["height"] < radiograph["y"] + radiograph["height"]
    expect(answer(page)).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_result_is_copied_as_a_text_that_is_complete(page):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    upload(page)
    expect(answer(page)).to_be_visible()

    page.get_by_role("button", name="Copiar o texto").click()

    expect(page.get_by_text("Texto copiado.").first).to_be_visible()
    text = page.evaluate("navigator.clipboard.readText()")
    for part in (
        "Radiografia de tórax",
        "Escores, de 0 a 1",
        "Modelo",
        "Não é um dispositivo médico",
    ):
        assert part in text
    assert page.url.rpartition("/")[2] in text


def bring_several(page, *means):
    """Images that the fake engine answers differently, then the history."""
    upload(page, *map(png, means))
    expect(page.locator("ol li").get_by_text(re.compile("Sem achados|Opacidade"))).to_have_count(
        len(means), timeout=PATIENCE_MS
    )
    page.get_by_role("link", name="Histórico").click()
    expect(page.get_by_role("listitem")).to_have_count(len(means))


def test_the_history_is_chosen_and_ordered(page):
    bring_several(page, 60, 190)
    first = page.get_by_role("listitem").first

    page.get_by_label("Ordem").select_option("no_finding")
    expect(first).to_contain_text("Sem achados")
    page.get_by_label("Ordem").select_option("lung_opacity")
    expect(first.get_by_role("link")).to_contain_text("Opacidade pulmonar")
    page.get_by_label("Mostrar").select_option("no_finding")

    expect(page.get_by_role("listitem")).to_have_count(1)
    expect(page.get_by_text("1 de 2 análises")).to_be_visible()


def test_what_is_chosen_survives_the_way_back_and_a_file_holds_just_that(page):
    bring_several(page, 60, 190, 61)
    page.get_by_label("Mostrar").select_option("lung_opacity")
    rows = page.get_by_role("listitem")
    expect(rows).to_have_count(1)
    page.get_by_role("checkbox").check()
    rows.get_by_role("link").click()
    expect(answer(page)).to_be_visible()
    page.go_back()

    expect(page.get_by_label("Mostrar")).to_have_value("lung_opacity")
    expect(page.get_by_role("checkbox")).to_be_checked()
    with page.expect_download() as download:
        page.get_by_role("button", name="Tabela (CSV)").click()
    head, *lines = download.value.path().read_text(encoding="utf-8").strip().splitlines()
    assert len(lines) == 1
    assert head.endswith("study_name,study_date,study_note")
    assert '"1.png"' in lines[0]


def test_studies_have_names_and_notes_that_never_leave_the_browser(page, served):
    sent = []
    page.on("request", lambda request: sent.append((request.url, request.post_data_buffer or b"")))
    bring_several(page, 60, 190)

    page.get_by_role("button", name=re.compile("^Anotar a análise")).first.click()
    page.get_by_label("Nome do estudo").fill("Leito 7")
    page.get_by_label("Data do exame").fill("2026-01-02")
    page.get_by_label("Anotação").fill("dreno à direita")
    page.reload()

    first = page.get_by_role("listitem").first
    for noted in ("Leito 7", "exame de 02/01/2026", "dreno à direita"):
        expect(first).to_contain_text(noted)
    assert not [url for url, body in sent if b"Leito" in body or "Leito" in url]
    assert b"Leito" not in kept_by(served)
    for box in page.get_by_role("checkbox").all():
        box.check()
    page.get_by_role("button", name="Apagar as marcadas (2)").click()
    page.get_by_role("button", name="Sim, apagar").click()
    expect(page.get_by_role("heading", name="Ainda não há nada aqui")).to_be_visible()
    assert "Leito" not in (page.evaluate("localStorage.getItem('raiox.studies')") or "")


@pytest.mark.parametrize("width", [320, 375, 414])
def test_the_history_stays_within_a_phone(page, width):
    bring_several(page, 60, 190)
    page.set_viewport_size({"width": width, "height": 812})
    page.get_by_role("button", name=re.compile("^Anotar a análise")).first.click()

    for language in ("EN, English", "PT, Português"):
        page.get_by_role("button", name=language).click()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    footer = page.locator("footer").bounding_box()
    page.set_viewport_size({"width": width, "height": 2_000})
    footer = page.locator("footer").bounding_box()
    assert footer["y"] + footer["height"] == pytest.approx(2_000, abs=2)
    assert violations(page) == {}


def test_the_dates_of_examinations_order_a_comparison(page):
    bring_several(page, 60, 190)
    for row, day in zip(
        page.get_by_role("listitem").all(), ("2026-01-02", "2026-03-04"), strict=True
    ):
        row.get_by_role("button", name=re.compile("^Anotar")).click()
        row.get_by_label("Data do exame").fill(day)
        row.get_by_role("checkbox").check()
    page.get_by_role("link", name="Comparar as duas").click()

    expect(page.get_by_text("na ordem das datas de exame que você anotou")).to_be_visible()
    dates = page.get_by_text(re.compile("^exame de"))
    expect(dates.first).to_have_text("exame de 02/01/2026")


def test_two_analyses_are_compared(page):
    bring_several(page, 60, 190)

    for box in page.get_by_role("checkbox").all():
        box.check()
    page.get_by_role("link", name="Comparar as duas").click()

    expect(page.get_by_role("heading", name="Comparar duas análises")).to_be_visible()
    row = page.get_by_role("row", name=re.compile("^Sem achados"))
    expect(row).to_contain_text(re.compile("\N{MINUS SIGN}0,[0-9]{2}"))
    expect(page.get_by_role("img", name=re.compile("^Onde a evidência"))).to_be_visible()
    assert violations(page) == {}
    page.get_by_role("button", name="Trocar a ordem").click()
    expect(row).to_contain_text(re.compile(r"\+0,\d\d"))


def test_compared_images_stand_at_one_height_however_long_their_names_are(page):
    bring_several(page, 60, 190)
    page.get_by_role("button", name=re.compile("^Anotar a análise")).first.click()
    page.get_by_label("Nome do estudo").fill("Um nome comprido " * 6)
    for box in page.get_by_role("checkbox").all():
        box.check()
    page.get_by_role("link", name="Comparar as duas").click()
    images = page.locator(".stage img")
    expect(images).to_have_count(3)

    assert len({round(image.bounding_box()["y"]) for image in images.all()}) == 1


def compared(page):
    bring_several(page, 60, 190)
    for box in page.get_by_role("checkbox").all():
        box.check()
    page.get_by_role("link", name="Comparar as duas").click()
    expect(page.locator(".stage img")).to_have_count(3)
    return page.locator(".stage")


def settings_of(stages):
    return stages.evaluate_all(
        """(all) => all.map((stage) => ({
            zoom: Number(stage.firstElementChild.style.getPropertyValue('--zoom')),
            right: (stage.scrollLeft + stage.clientWidth / 2) / stage.scrollWidth,
            down: (stage.scrollTop + stage.clientHeight / 2) / stage.scrollHeight,
        }))"""
    )


@pytest.mark.parametrize(
    "viewport", [{"width": 1440, "height": 900}, {"width": 375, "height": 812}]
)
def test_compared_images_come_nearer_and_move_together(page, viewport):
    page.set_viewport_size(viewport)
    stages = compared(page)
    stages.first.scroll_into_view_if_needed()
    page.wait_for_timeout(100)
    box = stages.first.bounding_box()
    page.mouse.move(box["x"] + 0.7 * box["width"], box["y"] + 0.4 * box["height"])

    page.keyboard.down("Control")
    page.mouse.wheel(0, -500)
    page.keyboard.up("Control")
    page.wait_for_timeout(300)

    first, *others = settings_of(stages)
    assert first["zoom"] > 2
    assert first["right"] > 0.55
    assert first["down"] < 0.48
    assert all(other == pytest.approx(first, abs=0.01) for other in others)
    stages.last.evaluate("(stage) => stage.scrollTo(0, 0)")
    page.wait_for_timeout(300)
    corner = settings_of(stages)
    assert corner[0]["right"] < 0.4
    assert all(other == pytest.approx(corner[-1], abs=0.01) for other in corner)
    assert page.evaluate("document.documentElement.scrollWidth") == viewport["width"]
    assert violations(page) == {}


def test_buttons_and_keys_move_compared_images_and_the_wheel_is_the_pages(page):
    page.set_viewport_size({"width": 1280, "height": 500})
    stages = compared(page)
    page.get_by_role("button", name="Aproximar").click()
    page.get_by_role("button", name="Inverter").click()
    expect(page.get_by_role("button", name="Inverter")).to_have_attribute("aria-pressed", "true")
    assert [one["zoom"] for one in settings_of(stages)] == [1.25] * 3
    stages.nth(1).focus()
    page.keyboard.press("+")
    page.keyboard.press("+")
    page.wait_for_timeout(100)
    assert [one["zoom"] for one in settings_of(stages)] == [pytest.approx(1.95, abs=0.01)] * 3
    page.keyboard.press("-")
    page.keyboard.press("0")
    page.wait_for_timeout(100)
    assert settings_of(stages) == [{"zoom": 1, "right": 0.5, "down": 0.5}] * 3
    expect(page.get_by_role("button", name="Inverter")).to_have_attribute("aria-pressed", "false")

    page.locator(":focus").blur()
    page.evaluate("scrollTo(0, 0)")
    stages.first.hover()
    before = page.evaluate("scrollY")
    page.mouse.wheel(0, 200)
    page.wait_for_timeout(300)
    assert page.evaluate("scrollY") > before
    assert [one["zoom"] for one in settings_of(stages)] == [1] * 3


def test_two_analyses_of_one_image_are_said_to_be_of_one_image(page):
    bring_several(page, 75, 75)

    for box in page.get_by_role("checkbox").all()[:2]:
        box.check()
    page.get_by_role("link", name="Comparar as duas").click()

    expect(page.get_by_role("note")).to_have_text(
        "As duas análises são do mesmo arquivo de imagem."
    )


def test_what_another_tab_has_sent_is_there_on_the_way_back_to_this_one(page, served):
    upload(page, png(64))
    expect(answer(page)).to_be_visible()
    page.get_by_role("link", name="Histórico").click()
    expect(page.locator("main li")).to_have_count(1)
    other = page.context.new_page()
    other.goto(served.url)
    upload(other, png(122))
    expect(answer(other)).to_be_visible()

    page.bring_to_front()
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")

    expect(page.locator("main li")).to_have_count(2)


def test_deleting_everything_asks_first_and_can_be_declined(page):
    upload(page)
    expect(answer(page)).to_be_visible()
    page.get_by_role("link", name="Histórico").click()

    page.get_by_role("button", name="Apagar tudo").click()
    page.get_by_role("button", name="Não, manter").click()
    expect(page.get_by_role("listitem")).to_have_count(1)
    page.get_by_role("button", name="Apagar tudo").click()
    page.get_by_role("button", name="Sim, apagar").click()

    expect(page.get_by_role("heading", name="Ainda não há nada aqui")).to_be_visible()


def kept_by(served):
    """Every byte that the service keeps, names of files included."""
    files = [path for path in served.data_dir.rglob("*") if path.is_file() and path.name != "log"]
    return b"".join(path.name.encode() + path.read_bytes() for path in files)


def left_on_disk(served, analyses):
    """Those of which an id or a hash still stands in any file of the service."""
    kept = kept_by(served)
    return [a for a in analyses if a["id"].encode() in kept or a["sha256"].encode() in kept]


def parts_of(analysis):
    """Every address at which something of an analysis can be had."""
    address = f"/api/v1/analyses/{analysis['id']}"
    files = [f"{address}/export?format={kind}" for kind in ("json", "csv")]
    pictures = [analysis["image"], *analysis["maps"].values(), analysis["lungs"]]
    return [address, *pictures, *files]


def test_everything_deleted_is_gone_from_the_disk_and_the_page_proves_it(page, served):
    bring_several(page, 63, 121, 191)  # the same image of another visitor would rightly stay
    result = page.request.get(f"{served.url}/api/v1/analyses").json()["analyses"]
    before = kept_by(served)
    assert all(analysis["id"].encode() in before for analysis in result)

    deletions = []
    page.on("request", lambda one: deletions.append(one.url) if one.method == "DELETE" else None)
    page.get_by_role("button", name="Apagar tudo").click()
    page.get_by_role("button", name="Sim, apagar").click()

    deletion = page.get_by_role("status").filter(has_text="Apagadas do servidor: 3 análises")
    expect(deletion.get_by_text("3 endereços, nenhum existe (404)")).to_have_count(3)
    expect(deletion.get_by_text("12 endereços, nenhum existe (404)")).to_have_count(1)
    expect(deletion.get_by_text("Análises que restam")).to_be_visible()
    assert deletions == [f"{served.url}/api/v1/analyses?state=any"]
    addresses = [part for analysis in result for part in parts_of(analysis)]
    assert {page.request.get(served.url + part).status for part in addresses} == {404}
    # The log of the database is emptied at once, or soon after, where somebody was still reading.
    deadline = time.monotonic() + ERASURE_S
    while (left := left_on_disk(served, result)) and time.monotonic() < deadline:
        page.wait_for_timeout(200)
    assert not left


def test_another_visitor_sees_nothing_of_it(page, open_page, served):
    upload(page)
    expect(answer(page)).to_be_visible()
    address = page.url

    stranger = open_page(address)
    expect(stranger.get_by_role("heading", name="Análise não encontrada")).to_be_visible()
    stranger.get_by_role("link", name="Histórico").click()

    expect(stranger.get_by_role("heading", name="Ainda não há nada aqui")).to_be_visible()


def test_the_page_asks_nobody_but_its_own_service(open_page, served):
    page = open_page("about:blank")
    asked = []
    page.on("request", lambda request: asked.append(urlsplit(request.url)))

    page.goto(served.url)
    upload(page)
    expect(answer(page)).to_be_visible()

    foreign = {url.netloc for url in asked if url.scheme.startswith("http")}
    assert foreign == {urlsplit(served.url).netloc}


def test_the_keyboard_alone_reaches_a_result_and_its_map(page):
    # Listening from the start: Playwright catches choosers only some time after it begins to.
    radiograph = {"name": "a.png", "mimeType": "image/png", "buffer": PNG}
    page.on("filechooser", lambda chooser: chooser.set_files(radiograph))
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Ir para o conteúdo")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(answer(page)).to_be_visible()

    page.get_by_role("radio", checked=True).focus()
    page.keyboard.press("ArrowRight")

    expect(page.get_by_role("img", name=re.compile("Mapa de calor"))).to_be_visible()
