"""What a visitor meets on a bad day, against a stand-in that answers as instructed."""

import io
import re
import time

import pytest
from PIL import Image
from playwright.sync_api import expect

from .conftest import open_folds, upload
from .documents import HEIGHT_PX, WIDTH_PX, draw_phantom, encode
from .report import make_report

OFFLINE = re.compile("^Sem conexão com o servidor")
NEXT_PROBE_MS = 20_000
"""The page looks every 5 s whether the service is back; a loaded machine takes longer."""


@pytest.fixture
def page(open_page, stand_in):
    return open_page(stand_in.url)


def sent_image(body):
    """The image inside a multipart body."""
    return Image.open(io.BytesIO(body.partition(b"\r\n\r\n")[2]))


def heading(page, name):
    return page.get_by_role("heading", name=name)


def open_folds_of_answer(page):
    expect(heading(page, re.compile("^Padrão parecido"))).to_be_visible()
    open_folds(page)


def test_scores_that_cannot_be_separated_are_shown_as_uncertain(page, stand_in):
    stand_in.script.answer = "uncertain"

    upload(page)

    expect(heading(page, "Incerto")).to_be_visible()
    expect(page.get_by_text("não separam COVID-19 e Opacidade pulmonar")).to_be_visible()
    expect(page.get_by_text("(não separado)")).to_have_count(2)


def test_an_image_unlike_what_the_network_knows_is_uncertain_and_nothing_is_claimed(page, stand_in):
    stand_in.script.answer = "unlike"
    stand_in.script.report = make_report()

    upload(page)

    expect(heading(page, "Incerto")).to_be_visible()
    expect(page.get_by_text("A imagem é diferente das que a rede conhece.")).to_be_visible()
    open_folds(page)
    expect(
        page.get_by_text("Não se sabe: as imagens avaliadas não eram como esta.")
    ).to_be_visible()


def test_a_poor_image_is_named_directly_under_the_answer_and_nothing_is_claimed(page, stand_in):
    stand_in.script.answer = "low_quality"
    stand_in.script.report = make_report()

    upload(page)

    open_folds(page)
    for media in ("screen", "print"):
        page.emulate_media(media=media)
        note = page.locator("article h2 + ul")
        expect(note).to_contain_text("A imagem é tecnicamente ruim")
        expect(note).to_be_visible()
    expect(
        page.get_by_text("Não se sabe: as imagens avaliadas não eram como esta.")
    ).to_be_visible()


def test_the_meaning_of_a_score_follows_the_prevalence_and_never_exceeds_a_hundred(page, stand_in):
    stand_in.script.report = make_report()
    upload(page)
    open_folds_of_answer(page)
    shares = page.locator("[role=status] ul li strong")
    expect(shares).to_have_count(3)

    seen = [[int(re.sub(r"\D", "", text)) for text in shares.all_inner_texts()]]
    slider = page.get_by_label("De cada 100 pessoas radiografadas no seu serviço")
    expect(slider).to_have_attribute("aria-valuetext", re.compile("como nas imagens avaliadas$"))
    slider.focus()
    for key in ("Home", "End"):
        page.keyboard.press(key)
        seen.append([int(re.sub(r"\D", "", text)) for text in shares.all_inner_texts()])

    expect(slider).to_have_attribute("aria-valuetext", "60,0%")
    assert all(sum(one) == 100 for one in seen)
    assert seen[1] != seen[2]
    expect(page.get_by_text("radiografias assim tinham mais vezes o rótulo")).to_have_count(0)
    page.keyboard.press("Home")
    expect(page.get_by_text("do que “COVID-19”")).to_be_visible()


def test_without_an_evaluation_no_meaning_is_claimed(page):
    upload(page)
    open_folds_of_answer(page)

    expect(
        page.get_by_text("Não se sabe: não há avaliação dos escores deste modelo.")
    ).to_be_visible()
    expect(page.locator("output", has_text="%")).to_have_count(0)


def test_the_image_itself_among_the_reference_cases_is_named(page):
    upload(page)
    open_folds_of_answer(page)

    expect(page.get_by_text("esta mesma imagem, ou uma cópia")).to_have_count(1)
    expect(page.get_by_text("distância 1,23")).to_be_visible()


def test_a_rotated_radiograph_is_turned_and_analysed_with_one_click(page, stand_in):
    stand_in.script.answer = "rotated"
    upload(page)
    expect(heading(page, "A radiografia está girada")).to_be_visible()

    stand_in.script.answer = "analysed"
    page.get_by_role("button", name="Girar 90° para a esquerda e analisar").click()

    expect(heading(page, re.compile("^Padrão parecido"))).to_be_visible()
    turned = sent_image(stand_in.script.uploads[1])
    assert turned.size == (HEIGHT_PX, WIDTH_PX)
    upright = draw_phantom().transpose(Image.Transpose.ROTATE_90)
    assert turned.convert("L").tobytes() == upright.tobytes()


def test_a_rotated_radiograph_the_browser_cannot_draw_is_turned_from_the_services_picture(
    page, stand_in
):
    stand_in.script.answer = "rotated"
    upload(page, encode(draw_phantom(), "TIFF"), names=("radiograph.tif",))
    expect(heading(page, "A radiografia está girada")).to_be_visible()

    stand_in.script.answer = "analysed"
    page.get_by_role("button", name="Girar 90° para a esquerda e analisar").click()

    expect(heading(page, re.compile("^Padrão parecido"))).to_be_visible()
    assert sent_image(stand_in.script.uploads[1]).size == (HEIGHT_PX, WIDTH_PX)


def test_a_negative_is_inverted_and_analysed_with_one_click(page, stand_in):
    stand_in.script.answer = "inverted"
    upload(page)
    expect(heading(page, "A radiografia está em negativo")).to_be_visible()

    stand_in.script.answer = "analysed"
    page.get_by_role("button", name="Inverter tons e analisar").click()

    expect(heading(page, re.compile("^Padrão parecido"))).to_be_visible()
    inverted = sent_image(stand_in.script.uploads[1]).convert("L")
    expected = draw_phantom().point(lambda tone: 255 - tone)
    assert inverted.tobytes() == expected.tobytes()


def test_a_photograph_says_what_was_seen_why_it_is_refused_and_what_to_do(page, stand_in):
    stand_in.script.answer = "photograph"

    upload(page)

    for name in ("Isto parece uma fotografia", "Por que não foi analisada", "O que fazer agora"):
        expect(heading(page, name)).to_be_visible()
    expect(page.get_by_text("O filtro identificou: fotografia")).to_be_visible()


def test_what_shows_nothing_is_no_kind_of_image_and_there_is_no_result_to_trust_less(
    page, stand_in
):
    stand_in.script.answer = "blank"

    upload(page)

    expect(heading(page, "A imagem não mostra nada")).to_be_visible()
    expect(page.get_by_text("O filtro identificou")).to_have_count(0)
    expect(page.get_by_text("confie menos")).to_have_count(0)
    expect(page.get_by_text("Ajustar a imagem")).to_be_visible()


@pytest.mark.parametrize("answer", ["blank", "queue_full"])
def test_on_a_phone_a_refusal_comes_before_the_end_of_the_radiograph(page, stand_in, answer):
    stand_in.script.answer = answer
    page.set_viewport_size({"width": 375, "height": 812})

    upload(page)

    title = page.locator("article h2")
    expect(title).to_have_text(re.compile("A imagem não mostra nada|O serviço está cheio agora"))
    picture = page.locator("figure .stage").bounding_box()
    assert title.bounding_box()["y"] < picture["y"] + picture["height"]
    expect(title).to_be_in_viewport()


def test_a_problem_is_shown_in_the_words_of_the_service_in_both_languages(page, stand_in):
    stand_in.script.answer = "queue_full"
    upload(page)
    expect(heading(page, "O serviço está cheio agora")).to_be_visible()

    page.get_by_role("button", name="EN, English").click()

    expect(page.get_by_text("queue_full")).to_be_visible()
    expect(heading(page, "O serviço está cheio agora")).to_have_count(0)


def test_a_lost_connection_is_named_and_the_retry_is_the_same_upload(page, stand_in):
    stand_in.script.answer = "hang_up"
    upload(page)
    expect(heading(page, "O servidor não respondeu")).to_be_visible()

    stand_in.script.answer = "analysed"
    page.get_by_role("button", name="Tentar de novo").click()

    expect(heading(page, re.compile("^Padrão parecido"))).to_be_visible()
    assert len(set(stand_in.script.keys)) == 1


def test_being_offline_is_named_and_ends(page):
    page.wait_for_load_state("networkidle")
    page.context.set_offline(True)
    expect(page.get_by_text(OFFLINE)).to_be_visible()
    upload(page)
    expect(heading(page, "Sem conexão de rede")).to_be_visible()
    expect(page.get_by_text("A imagem continua nesta página.")).to_be_visible()

    page.context.set_offline(False)
    page.get_by_role("button", name="Tentar de novo").click()

    expect(heading(page, re.compile("^Padrão parecido"))).to_be_visible()
    expect(page.get_by_text(OFFLINE)).to_have_count(0)


def test_a_service_that_is_gone_is_noticed_by_its_requests(page):
    page.wait_for_load_state("networkidle")
    page.route("**/*", lambda route: route.abort())
    page.get_by_role("link", name="Histórico").click()

    expect(page.get_by_text(OFFLINE)).to_be_visible()
    expect(page.get_by_text("A imagem continua nesta página.")).to_have_count(0)
    page.unroute("**/*")
    expect(page.get_by_text(OFFLINE)).to_have_count(0, timeout=NEXT_PROBE_MS)


def test_an_error_page_of_a_proxy_still_becomes_plain_words(page, stand_in):
    stand_in.script.answer = "proxy_page"

    upload(page)

    expect(heading(page, "O serviço não conseguiu responder")).to_be_visible()
    expect(page.get_by_role("button", name="Tentar de novo")).to_be_visible()


def test_what_is_no_image_is_refused_before_it_is_sent(page, stand_in):
    upload(page, b"%PDF-1.7 pages", names=("radiograph.png",))

    expect(heading(page, "Isto é um PDF")).to_be_visible()
    assert stand_in.script.uploads == []


def test_names_of_files_do_not_leave_the_browser(page, stand_in):
    upload(page, names=("Maria-da-Silva.png",))

    expect(heading(page, re.compile("^Padrão parecido"))).to_be_visible()
    assert b"Maria" not in stand_in.script.uploads[0]


def test_several_files_are_read_one_after_another(page, stand_in):
    stand_in.script.answer = "no_finding"
    png = encode(draw_phantom())

    upload(page, png, png, png)

    queue = page.get_by_role("navigation", name="Imagens desta visita")
    expect(queue.get_by_text("Sem achados")).to_have_count(3)
    assert len(stand_in.script.uploads) == 3


def test_files_that_wait_are_seen_and_can_be_cancelled_and_tried_again(page, stand_in):
    stand_in.script.delay_s = 1.5
    png = encode(draw_phantom())
    upload(page, png, png, names=("one.png", "two.png"))

    queue = page.get_by_role("navigation", name="Imagens desta visita")
    expect(queue.locator("img")).to_have_count(2)
    queue.get_by_role("button", name="Cancelar: two.png").click()
    expect(queue.get_by_text("cancelada")).to_be_visible()
    queue.get_by_role("button", name="Tentar de novo: two.png").click()

    expect(queue.get_by_text("COVID-19")).to_have_count(2)
    assert len(stand_in.script.uploads) == 2


def test_a_queued_analysis_shows_its_position_and_its_time_also_to_those_who_do_not_see_it(
    page, stand_in
):
    stand_in.script.n_polls = 1

    upload(page)

    result = re.compile("O servidor está ocupado.*À sua frente: 3.*até 15 segundos")
    expect(page.get_by_text(result).first).to_be_visible()
    expect(page.locator("[aria-live=polite]")).to_have_text(result)
    expect(heading(page, re.compile("^Padrão parecido"))).to_be_visible()


def test_the_radiograph_is_shown_before_the_answer_comes(page, stand_in):
    stand_in.script.delay_s = 2
    begun = time.monotonic()

    upload(page)
    expect(page.get_by_alt_text("Radiografia enviada")).to_be_visible()

    assert time.monotonic() - begun < 2
    expect(page.get_by_role("progressbar")).to_be_visible()


def test_an_upload_can_be_cancelled(page, stand_in):
    stand_in.script.delay_s = 2
    upload(page)

    page.get_by_role("button", name="Cancelar").click()

    expect(heading(page, "Envio cancelado")).to_be_visible()
    stand_in.script.delay_s = 0
    page.get_by_role("button", name="Tentar de novo").first.click()
    expect(heading(page, re.compile("^Padrão parecido"))).to_be_visible()


def test_an_address_that_names_nothing_is_said_to_do_so(page):
    page.evaluate("location.hash = '#/nonsense'")

    expect(page.get_by_role("alert")).to_have_text(re.compile("Este endereço não existe aqui"))


def test_beside_an_answer_too_an_address_that_names_nothing_is_said_to_do_so(page):
    upload(page)
    answer = page.get_by_role("heading", name=re.compile("^Padrão parecido"))
    expect(answer).to_be_visible()
    page.evaluate("location.hash = '#/nonsense'")

    expect(page.get_by_role("alert")).to_have_text(re.compile("Este endereço não existe aqui"))
    page.go_back()
    expect(answer).to_be_visible()


@pytest.mark.parametrize(
    ("event", "carrier"), [("paste", "clipboardData"), ("drop", "dataTransfer")]
)
def test_an_image_can_be_pasted_and_dropped(page, event, carrier):
    page.evaluate(
        """([event, carrier, bytes]) => {
            const data = new DataTransfer();
            const file = new File([new Uint8Array(bytes)], 'a.png', { type: 'image/png' });
            data.items.add(file);
            const kind = event === 'paste' ? ClipboardEvent : DragEvent;
            document.body.dispatchEvent(new kind(event, { [carrier]: data, bubbles: true }));
        }""",
        [event, carrier, list(encode(draw_phantom()))],
    )

    expect(heading(page, re.compile("^Padrão parecido"))).to_be_visible()


@pytest.mark.service_worker
def test_the_page_opens_without_a_network_and_has_kept_nothing_of_a_visitor(page):
    upload(page)
    expect(heading(page, re.compile("^Padrão parecido"))).to_be_visible()
    page.evaluate("navigator.serviceWorker.ready.then(() => undefined)")
    kept = page.evaluate(
        """async () => {
            const caches_ = await Promise.all((await caches.keys()).map((name) => caches.open(name)));
            const requests = (await Promise.all(caches_.map((cache) => cache.keys()))).flat();
            return requests.map(({ url }) => new URL(url).pathname);
        }"""
    )
    assert "/" in kept
    assert not [path for path in kept if path.startswith("/api")]

    page.context.set_offline(True)
    page.evaluate("location.hash = '#/privacy'")
    page.reload()

    expect(heading(page, "Privacidade")).to_be_visible()
    expect(page.get_by_text(OFFLINE)).to_be_visible()


def test_without_javascript_the_page_leads_to_the_plain_form(open_page, stand_in):
    page = open_page(stand_in.url, java_script_enabled=False)

    expect(page.get_by_role("link", name="página simples")).to_have_attribute(
        "href", "plain?lang=pt"
    )


def test_a_file_chosen_before_the_app_has_come_is_not_lost(open_page, stand_in):
    page = open_page("about:blank")
    held = []

    def hold(route):
        held.append(route)

    page.route("**/assets/index-*.js", hold)
    page.goto(stand_in.url, wait_until="commit")
    expect(page.get_by_text("Escolher radiografia")).to_be_visible()
    upload(page)

    for route in held:
        route.continue_()

    expect(heading(page, re.compile("^Padrão parecido"))).to_be_visible()
    assert len(stand_in.script.uploads) == 1


def test_the_first_screen_before_the_app_speaks_the_visitors_language(open_page, stand_in):
    page = open_page("about:blank", locale="en-GB")
    page.route("**/assets/index-*.js", lambda _: None)

    page.goto(stand_in.url, wait_until="commit")

    expect(page.get_by_role("heading", name="Analyse a chest radiograph")).to_be_visible()
    expect(page.get_by_text("Escolher radiografia")).to_be_hidden()
