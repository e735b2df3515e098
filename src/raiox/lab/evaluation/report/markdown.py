"""A report for people who read text: limits first, then what was missed, then tables."""

from collections.abc import Iterable, Mapping

from raiox.lab.evaluation.report.report import CardFigures, Report
from raiox.lab.evaluation.report.reported_metrics import SECTION_TITLES, Text, word
from raiox.lab.evaluation.report.targets import LIMITS, number
from raiox.lab.metrics.intervals import Figure
from raiox.lab.tables import Table
from raiox.lab.tables import to_markdown as table
from raiox.vocabulary import NOTICE, Language

TITLES: Mapping[str, Text] = {
    "limits": {"pt": "Limites", "en": "Limits"},
    "confusion": {"pt": "Matriz de confusão", "en": "Confusion matrix"},
    "figure": {"pt": "medida", "en": "figure"},
    "value": {"pt": "valor", "en": "value"},
    "interval": {"pt": "intervalo de 95 %", "en": "95 % interval"},
    "cases": {"pt": "casos", "en": "cases"},
    "label": {"pt": "rótulo", "en": "label"},
}

MISSED: Text = {
    "pt": "**Metas não atingidas.**",
    "en": "**Bars missed.**",
}
NOTHING_MISSED: Text = {
    "pt": "Nenhuma das metas medidas aqui deixou de ser atingida.",
    "en": "No bar that was measured here was missed.",
}
HOW: Text = {
    "pt": "Intervalos de 95 %: de Wilson para proporções, por reamostragem de grupos (pacientes e "
    "duplicatas) para o resto. Temperatura, pontos de operação e conjuntos foram fixados em `valid`.",
    "en": "95 % intervals: Wilson's for proportions, by a bootstrap over groups (patients and their "
    "duplicates) for the rest. Temperature, operating points and sets were fixed on `valid`.",
}
FLATTERS: Text = {
    "pt": "Estes números favorecem a rede: o que foi fixado, foi fixado nestas mesmas imagens.",
    "en": "These figures flatter: what was fixed was fixed on these same images.",
}


def to_markdown(report: Report, language: Language = "en", pictures: Iterable[str] = ()) -> str:
    """The whole report in one language.

    Args:
        report: what was measured.
        language: of everything but names of sources.
        pictures: plots that lie beside the file, by name; shown under what was asked.
    """
    parts = [
        f"# {report.manifest.id}",
        NOTICE[language],
        verdict(report, language),
        f"## {TITLES['limits'][language]}",
        "\n".join(f"- {limit[language]}" for limit in LIMITS[report.manifest.role]),
        what_was_asked(report, language),
        f"    {report.asked.command}",
        *(f"![{name}]({name}.svg)" for name in pictures),
    ]
    for section, figures in report.sections.items():
        rows = {f.name[language]: f.figure for f in figures}
        parts += [f"## {SECTION_TITLES[section][language]}", _rows(rows, language).strip()]
        if section == "overall":
            parts += [confusion_table(report, language).strip()]
    return "\n\n".join(parts) + "\n"


def figures_table(figures: CardFigures) -> str:
    """A card's table, in English."""
    return _rows(figures, "en")


def verdict(report: Report, language: Language) -> str:
    """The first paragraph: which bars were missed."""
    if not report.missed:
        return NOTHING_MISSED[language]
    return " ".join([MISSED[language], *_capitalised(m.told[language] for m in report.missed)])


def what_was_asked(report: Report, language: Language) -> str:
    """Data, how many, and how the intervals came about."""
    part = (
        f"split={report.asked.part}" if report.asked.part != "own" else "own data · dados próprios"
    )
    told: Text = {
        "pt": f"Medido em {part}: {report.n_cases} imagens de {report.n_groups} grupos; "
        f"código {report.asked.code_version}.",
        "en": f"Measured on {part}: {report.n_cases} images of {report.n_groups} groups; "
        f"code {report.asked.code_version}.",
    }
    sentences = [told[language], HOW[language]]
    if report.asked.part == "valid":
        sentences.append(FLATTERS[language])
    if n_unread := sum(report.asked.unread.values()):
        codes = ", ".join(f"{code}: {n}" for code, n in sorted(report.asked.unread.items()))
        unread: Text = {
            "pt": f"{n_unread} imagens não puderam ser lidas ({codes}).",
            "en": f"{n_unread} images could not be read ({codes}).",
        }
        sentences.append(unread[language])
    return " ".join(sentences)


def confusion_table(report: Report, language: Language) -> str:
    """Label by likeliest answer."""
    names = tuple(word(label)[language] for label in report.manifest.labels)
    rows = tuple(
        (name, *map(str, counts)) for name, counts in zip(names, report.confusion, strict=True)
    )
    columns = (TITLES["label"][language], *names)
    return table(Table(TITLES["confusion"][language], columns, rows))


def cells(name: str, figure: Figure, language: Language) -> tuple[str, str, str, str]:
    """Name, value, interval and cases as a table shows them."""
    low, high = number(figure.low, language), number(figure.high, language)
    return name, number(figure.value, language), f"{low} – {high}", str(figure.n)


def head(language: Language) -> tuple[str, str, str, str]:
    """Titles of those cells."""
    of = {name: title[language] for name, title in TITLES.items()}
    return of["figure"], of["value"], of["interval"], of["cases"]


def _rows(figures: Mapping[str, Figure], language: Language) -> str:
    lines = [head(language), ("---",) * 4]
    lines += [cells(name, figure, language) for name, figure in figures.items()]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _capitalised(sentences: Iterable[str]) -> list[str]:
    return [sentence[0].upper() + sentence[1:] for sentence in sentences]
