"""How the service does, as its administrator sees it."""

import re

from playwright.sync_api import expect

from .states import open_screen

REFRESH_MS = 20_000


def test_queue_disk_refusals_drift_networks_and_retention_are_shown(open_page, stand_in):
    page = open_page(stand_in.url)
    page.get_by_role("link", name="Administração").click()

    facts = page.locator("main dl")
    expect(facts).to_contain_text("pronto")
    for label, value in (
        ("Na fila", "3"),
        ("Resultados guardados", "1.204"),
        ("Espaço livre", "48,4 GiB"),
        ("Imagens guardadas", "811 (610,4 MiB)"),
        ("Análises em 7 dias", "312 (44,6 por dia)"),
        ("Guarda de imagens", "24 horas"),
    ):
        expect(facts.locator(f"dt:text-is('{label}') + dd")).to_have_text(value)
    expect(page.get_by_role("row", name=re.compile("^Escores: COVID-19"))).to_contain_text(
        "0,41muito diferentes"
    )
    expect(page.get_by_role("row", name="Imagens, eixo z")).to_contain_text("poucos resultados")
    expect(page.get_by_role("row", name="rotated_radiograph")).to_contain_text("11")
    expect(page.get_by_role("row", name="classifier")).to_contain_text("c0c0c0c0c0c0")


def test_it_looks_again_by_itself(open_page, stand_in):
    page = open_page(f"{stand_in.url}/#/admin")
    expect(page.get_by_text("Atualizado às")).to_be_visible()

    with page.expect_request("**/api/v1/admin", timeout=REFRESH_MS):
        pass


def test_elsewhere_it_wants_a_key_and_keeps_it_nowhere(open_page, stand_in):
    stand_in.script.admin_key = "right"
    page = open_page(f"{stand_in.url}/#/admin")
    key = page.get_by_label("Chave com o escopo admin")

    key.fill("wrong")
    page.get_by_role("button", name="Abrir").click()
    expect(page.get_by_role("alert")).to_contain_text("chave")
    key.fill("right")
    page.get_by_role("button", name="Abrir").click()

    expect(page.locator("main dl")).to_contain_text("pronto")
    expect(page.get_by_role("alert")).to_have_count(0)
    kept = page.evaluate("JSON.stringify([{ ...localStorage }, { ...sessionStorage }])")
    assert "right" not in kept
    page.reload()
    expect(key).to_have_value("")


def test_the_real_service_shows_itself_to_its_own_machine(open_page, served):
    page = open_page(served.url)
    open_screen(page, "admin")

    expect(page.locator("main dl")).to_contain_text("pronto")
    expect(page.get_by_role("row", name="classifier")).to_contain_text("fake_classifier")
