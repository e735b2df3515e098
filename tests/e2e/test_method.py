"""Method and evidence, API, privacy: what the page says of the system."""

import re
import shutil
import subprocess
import sys

import pytest
from playwright.sync_api import expect

from .documents import PNG
from .pseudo import NODE
from .report import make_report
from .stand_in import describe_models

SECTIONS = [
    "Limites primeiro",
    "Motivação e objetivos",
    "Bases de dados",
    "Como funciona",
    "Desempenho medido",
]


@pytest.fixture
def page(open_page, stand_in):
    stand_in.script.report = make_report()
    return open_page(f"{stand_in.url}/#/method")


def test_limits_come_first_and_every_section_is_there(page):
    expect(page.get_by_role("heading", level=2)).to_have_text(SECTIONS)


def test_both_tables_of_images_stand_beside_the_papers(page):
    filter_table = page.get_by_role("table", name=re.compile("^Tabela 1"))
    classifier_table = page.get_by_role("table", name=re.compile("^Tabela 2"))

    expect(filter_table.get_by_role("row", name=re.compile("^Radiografia frontal"))).to_have_count(
        2
    )
    expect(classifier_table.get_by_role("cell", name="8.851")).to_be_visible()
    expect(classifier_table.get_by_role("cell", name="8.358")).to_be_visible()


@pytest.mark.parametrize(
    ("architecture", "name", "figure", "sentence"),
    [
        ("mobilenet", "MobileNet", "cinco etapas de convoluções", "Uma MobileNet v1."),
        ("densenet", "DenseNet", "Três blocos densos", "Os três primeiros blocos da DenseNet-121"),
        (None, None, "não diz qual é a rede", "O pacote deste classificador não diz"),
    ],
)
def test_text_and_figures_are_of_the_network_that_answers(
    open_page, stand_in, architecture, name, figure, sentence
):
    stand_in.script.models = describe_models(architecture=architecture)
    page = open_page(f"{stand_in.url}/#/method")

    way = page.get_by_role("img", name=re.compile("processo isolado"))
    expect(page.get_by_role("img", name=re.compile(figure))).to_be_visible()
    expect(page.get_by_text(sentence)).to_be_visible()
    expect(page.get_by_text("Distingue 12 tipos de imagem")).to_be_visible()
    for other in {"MobileNet", "DenseNet"} - {name}:
        # The filter is a MobileNet whatever the classifier is.
        expect(way.get_by_text(other)).to_have_count(1 if other == "MobileNet" else 0)


def open_all(page):
    page.get_by_role("button", name="Abrir tudo").click()


def test_the_performance_is_what_the_report_says(page):
    expect(page.get_by_text("Um limite medido.")).to_be_visible()
    expect(
        page.get_by_text("A medida deveria ser ao menos 0,90; mediu-se: 0,800.", exact=True)
    ).to_be_visible()
    expect(page.get_by_text("raiox evaluate BUNDLE --split test")).to_be_visible()
    open_all(page)
    row = page.get_by_role("row", name=re.compile("medida de shortcuts"))
    expect(row).to_contain_text("0,870 – 0,930")
    for chart in ("Curva ROC", "Confiabilidade", "Curva de decisão", "Risco e cobertura"):
        expect(page.get_by_role("img", name=re.compile(f"^{chart}"))).to_be_visible()


def table(page, name):
    return page.get_by_role("table", name=name)


def test_the_report_opens_with_the_limits_and_its_main_figures_only(page):
    expect(page.get_by_text("Um limite medido.")).to_be_visible()
    expect(table(page, "Por achado")).to_be_visible()
    expect(table(page, "Por subgrupo")).to_have_count(0)

    page.get_by_role("heading", name="Por subgrupo").click()

    expect(table(page, "Por subgrupo")).to_be_visible()


def test_an_address_opens_the_part_it_names(open_page, stand_in):
    stand_in.script.report = make_report()
    page = open_page(f"{stand_in.url}/#/method/performance/shortcuts")

    expect(page.get_by_role("heading", name="Atalhos")).to_be_in_viewport()
    expect(table(page, "Atalhos")).to_be_visible()
    page.get_by_role("link", name="Por subgrupo").click()
    expect(table(page, "Por subgrupo")).to_be_in_viewport()


def test_on_paper_every_part_is_open_and_afterwards_it_is_as_before(page):
    expect(table(page, "Por achado")).to_be_visible()

    page.emulate_media(media="print")
    expect(table(page, "Por subgrupo")).to_be_visible()
    expect(page.get_by_role("img", name=re.compile("^Curva ROC"))).to_be_visible()
    page.emulate_media(media="screen")

    expect(table(page, "Por subgrupo")).to_have_count(0)


def test_a_chart_can_be_read_as_a_table(page):
    open_all(page)
    figure = page.get_by_role("figure").filter(has_text="Curva ROC")
    figure.get_by_text("Ver os números").click()

    expect(figure.get_by_role("row", name=re.compile("COVID-19")).first).to_be_visible()


def test_without_a_report_the_model_speaks_for_itself_and_says_so(open_page, stand_in):
    page = open_page(f"{stand_in.url}/#/method/performance")

    expect(
        page.get_by_role("heading", name=re.compile("^O relatório completo ainda"))
    ).to_be_visible()
    points = page.get_by_role("table", name=re.compile("^Pontos de operação"))
    expect(points.get_by_role("row", name=re.compile("COVID-19"))).to_contain_text("90,0%")
    expect(page.get_by_role("heading", name="Desempenho medido")).to_be_in_viewport()


def test_an_example_of_the_api_runs_on_the_page(open_page, served):
    page = open_page(f"{served.url}/#/api")
    expect(page.get_by_text(f"curl -c jar -b jar {served.url}/api/v1/analyses")).to_be_visible()

    page.get_by_role("button", name=re.compile("^Executar aqui: Saber qual modelo")).click()

    expect(page.get_by_text(re.compile("^Resposta 200"))).to_be_visible()
    expect(page.get_by_text("fake_classifier")).to_be_visible()
    page.get_by_role("radio", name="Python").check(force=True)
    expect(page.get_by_text("httpx.Client()").first).to_be_visible()


RUNNERS = {
    "curl": (["sh", "-e"], ""),
    "Python": ([sys.executable], ""),
    "JavaScript": (
        [str(NODE), "--input-type=module"],
        """import { readFileSync } from 'node:fs';
           const radiograph = new Blob([readFileSync('radiograph.png')]);
        """,
    ),
}
"""How the examples of each language are run, and what stands before them: the chosen file."""


@pytest.mark.parametrize("language", RUNNERS)
def test_every_example_of_the_api_runs_as_it_is_printed(open_page, served, tmp_path, language):
    program, before = RUNNERS[language]
    if not shutil.which(program[0]) or (language == "curl" and not shutil.which("curl")):
        pytest.skip(f"{language} is not installed")
    (tmp_path / "radiograph.png").write_bytes(PNG)
    page = open_page(f"{served.url}/#/api")
    page.get_by_role("radio", name=language).check(force=True)
    examples = page.locator("main pre code").all_inner_texts()

    assert len(examples) == 5
    for example in examples:
        done = subprocess.run(
            program,
            input=before + example,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert served.url in example
        # The session of each of these examples is its own, and `ID` is nobody's analysis.
        answered = "404" if example == examples[-1] else '"|id|models|cases|analyses'
        assert re.search(answered, done.stdout), (example, done.stdout)


def test_the_privacy_page_shows_this_services_own_times(open_page, served):
    page = open_page(f"{served.url}/#/privacy")

    expect(page.get_by_text("Imagem: 24 horas.")).to_be_visible()
    expect(page.get_by_text("Resultado: 30 dias.")).to_be_visible()
