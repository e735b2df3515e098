"""A report for people who read text: limits first, then what was missed, then tables."""

from collections.abc import Iterable, Mapping

from raiox.lab.evaluation.report.report import CardMetrics, Report
from raiox.lab.evaluation.report.reported_metrics import SECTION_TITLES, Text, word
from raiox.lab.evaluation.report.targets import LIMITS, number
from raiox.lab.metrics.intervals import Estimate
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
    splits = [
        f"# {report.manifest.id}",
        NOTICE[language],
        verdict(report, language),
        f"## {TITLES['limits'][language]}",
        "\n".join(f"- {limit[language]}" for limit in LIMITS[report.manifest.role]),
        what_was_asked(report, language),
        f"    {report.measurement.command}",
        *(f"![{name}]({name}.svg)" for name in pictures),
    ]
    for section, estimates in report.sections.items():
        rows = {f.name[language]: f.estimate for f in estimates}
        splits += [f"## {SECTION_TITLES[section][language]}", _rows(rows, language).strip()]
        if section == "overall":
            splits += [confusion_table(report, language).strip()]
    return "\n\n".join(splits) + "\n"


def metrics_table(estimates: CardMetrics) -> str:
    """A card's table, in English."""
    return _rows(estimates, "en")


def verdict(report: Report, language: Language) -> str:
    """The first paragraph: which bars were missed."""
    if not report.unmet_targets:
        return NOTHING_MISSED[language]
    return " ".join(
        [MISSED[language], *_capitalised(m.told[language] for m in report.unmet_targets)]
    )


def what_was_asked(report: Report, language: Language) -> str:
    """Data, how many, and how the intervals came about."""
    split = (
        f"split={report.measurement.split}"
        if report.measurement.split != "own"
        else "own data · dados próprios"
    )
    told: Text = {
        "pt": f"Medido em {split}: {report.n_cases} imagens de {report.n_groups} grupos; "
        f"código {report.measurement.code_version}.",
        "en": f"Measured on {split}: {report.n_cases} images of {report.n_groups} groups; "
        f"code {report.measurement.code_version}.",
    }
    sentences = [told[language], HOW[language]]
    if report.measurement.split == "valid":
        sentences.append(FLATTERS[language])
    if n_unread := sum(report.measurement.unread.values()):
        codes = ", ".join(f"{code}: {n}" for code, n in sorted(report.measurement.unread.items()))
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


def cells(name: str, estimate: Estimate, language: Language) -> tuple[str, str, str, str]:
    """Name, value, interval and cases as a table shows them."""
    low, high = number(estimate.low, language), number(estimate.high, language)
    return name, number(estimate.value, language), f"{low} – {high}", str(estimate.n)


def head(language: Language) -> tuple[str, str, str, str]:
    """Titles of those cells."""
    of = {name: title[language] for name, title in TITLES.items()}
    return of["figure"], of["value"], of["interval"], of["cases"]


def _rows(estimates: Mapping[str, Estimate], language: Language) -> str:
    lines = [head(language), ("---",) * 4]
    lines += [cells(name, estimate, language) for name, estimate in estimates.items()]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _capitalised(sentences: Iterable[str]) -> list[str]:
    return [sentence[0].upper() + sentence[1:] for sentence in sentences]
