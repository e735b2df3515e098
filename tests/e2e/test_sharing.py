"""One analysis shown to whoever has its secret link, by the real service."""

import pytest
from playwright.sync_api import expect
from serving import Served

from .axe import violations
from .conftest import open_folds, upload


@pytest.fixture(scope="module")
def sharing(tmp_path_factory):
    """A service that makes links, which are valid for a day."""
    service = Served(tmp_path_factory.mktemp("var"), web__share_h=24)
    yield service
    service.stop()


@pytest.fixture
def owner(open_page, sharing):
    page = open_page(sharing.url)
    upload(page)
    expect(page.get_by_role("heading", name="Escores")).to_be_visible()
    return page


def make_link(page):
    page.get_by_role("button", name="Compartilhar").click()
    dialog = page.get_by_role("dialog", name="Compartilhar")
    dialog.get_by_role("button", name="Criar um link").click()
    expect(dialog.get_by_text("Link criado.")).to_be_visible()
    return dialog.get_by_role("textbox").input_value()


def test_a_link_shows_the_analysis_to_a_stranger_and_lets_nothing_be_changed(
    open_page, owner, sharing
):
    link = make_link(owner)
    stranger = open_page(link)

    expect(stranger.get_by_text("Análise compartilhada, só para leitura")).to_be_visible()
    expect(stranger.get_by_role("heading", name="Escores")).to_be_visible()
    image = stranger.get_by_alt_text("Radiografia enviada")
    expect(image).to_be_visible()
    assert image.evaluate("(image) => image.decode().then(() => image.naturalWidth)") > 0
    expect(stranger.get_by_role("img", name="Mapa de calor")).to_be_visible()
    open_folds(stranger)
    for name in ("Apagar", "Compartilhar", "Cobrir os pulmões e ler de novo"):
        expect(stranger.get_by_role("button", name=name)).to_have_count(0)
    assert violations(stranger) == {}
    with stranger.expect_download() as saved:
        stranger.get_by_role("button", name="PDF").click()
    assert saved.value.path().read_bytes().startswith(b"%PDF")
    stranger.get_by_role("link", name="Histórico").click()
    expect(stranger.get_by_role("heading", name="Ainda não há nada aqui")).to_be_visible()
    token = link.rpartition("/")[2]
    assert not any(token in cookie["value"] for cookie in stranger.context.cookies())
    assert token not in sharing.log


def test_a_link_that_was_taken_back_shows_nothing(open_page, owner):
    link = make_link(owner)
    owner.get_by_role("button", name="Cancelar o link").click()
    expect(owner.get_by_role("button", name="Cancelar o link")).to_have_count(0)

    stranger = open_page(link)

    expect(stranger.get_by_role("alert")).to_be_visible()
    expect(stranger.get_by_alt_text("Radiografia enviada")).to_have_count(0)


def test_a_link_goes_with_its_analysis(open_page, owner):
    link = make_link(owner)
    owner.get_by_role("button", name="Fechar").click()
    owner.get_by_role("button", name="Apagar", exact=True).click()
    owner.get_by_role("button", name="Sim, apagar").click()
    expect(owner.get_by_role("heading", name="Escores")).to_have_count(0)

    stranger = open_page(link)

    expect(stranger.get_by_role("alert")).to_be_visible()


def test_where_it_is_off_nothing_can_be_shared(open_page, served):
    page = open_page(served.url)
    upload(page)
    expect(page.get_by_role("heading", name="Escores")).to_be_visible()

    expect(page.get_by_role("button", name="Compartilhar")).to_have_count(0)
