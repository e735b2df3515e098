"""A report for people who read pages: one file, both languages, ready for paper.

No script, no font, no image and no address in it: it opens in ten years, and on a machine
that may ask nothing of the network. The language is chosen by two radio buttons.
"""

from collections.abc import Iterable
from html import escape

from raiox.lab.evaluation.report.curve_plots import plots
from raiox.lab.evaluation.report.markdown import TITLES, cells, head, verdict, what_was_asked
from raiox.lab.evaluation.report.report import Report
from raiox.lab.evaluation.report.reported_metrics import SECTION_TITLES, ReportedMetric, word
from raiox.lab.evaluation.report.targets import LIMITS
from raiox.vocabulary import LANGUAGES, NOTICE, Language

STYLE = """
body{font:15px/1.5 system-ui,sans-serif;max-width:62rem;margin:1rem auto;padding:0 1rem;color:#222}
table{border-collapse:collapse;margin:.6rem 0}td,th{padding:.15rem .6rem;text-align:right;
border-bottom:1px solid #ddd}td:first-child,th:first-child{text-align:left}
.notice{border:2px solid #b00;padding:.4rem .8rem;font-weight:600}.verdict{font-weight:600}
.plots{display:flex;flex-wrap:wrap;gap:1rem}.plots svg{width:28rem;max-width:100%}
#pt:checked~main [lang=en],#en:checked~main [lang=pt]{display:none}code{background:#eee}
h2{margin-top:2rem}@media print{body{font-size:10pt;max-width:none}input,.choice{display:none}
table,svg{break-inside:avoid}h2{break-after:avoid}}
"""
CHOICE: dict[Language, str] = {"pt": "Português", "en": "English"}


def to_html(report: Report) -> str:
    """The whole report."""
    choices = "".join(
        f'<input type="radio" name="language" id="{language}"{" checked" * (language == "pt")}>'
        f'<label class="choice" for="{language}">{CHOICE[language]}</label> '
        for language in LANGUAGES
    )
    drawn = "".join(plots(report).values())
    return (
        '<!doctype html>\n<html lang="pt"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{escape(report.manifest.id)}</title><style>{STYLE}</style></head><body>\n"
        f"{choices}<main>\n<h1>{escape(report.manifest.id)}</h1>\n"
        + "\n".join(_opening(report, language) for language in LANGUAGES)
        + f'\n<div class="plots">{drawn}</div>\n'
        + "\n".join(_sections(report, language) for language in LANGUAGES)
        + "\n</main></body></html>\n"
    )


def _opening(report: Report, language: Language) -> str:
    limits = "".join(
        f"<li>{escape(limit[language])}</li>" for limit in LIMITS[report.manifest.role]
    )
    told = verdict(report, language).replace("**", "")
    return (
        f'<div lang="{language}"><p class="notice">{escape(NOTICE[language])}</p>'
        f'<p class="verdict">{escape(told)}</p>'
        f"<h2>{TITLES['limits'][language]}</h2><ul>{limits}</ul>"
        f"<p>{escape(what_was_asked(report, language))}</p>"
        f"<p><code>{escape(report.measurement.command)}</code></p></div>"
    )


def _sections(report: Report, language: Language) -> str:
    splits = [_confusion(report, language)]
    splits += [
        f"<h2>{SECTION_TITLES[section][language]}</h2>{_figures(estimates, language)}"
        for section, estimates in report.sections.items()
    ]
    return f'<div lang="{language}">{"".join(splits)}</div>'


def _figures(estimates: Iterable[ReportedMetric], language: Language) -> str:
    rows = [cells(named.name[language], named.estimate, language) for named in estimates]
    return _table(head(language), rows)


def _confusion(report: Report, language: Language) -> str:
    names = [word(label)[language] for label in report.manifest.labels]
    rows = [(name, *map(str, row)) for name, row in zip(names, report.confusion, strict=True)]
    title = f"<h2>{TITLES['confusion'][language]}</h2>"
    return title + _table((TITLES["label"][language], *names), rows)


def _table(titles: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    lines = [f"<tr>{''.join(f'<th>{escape(t)}</th>' for t in titles)}</tr>"]
    lines += [f"<tr>{''.join(f'<td>{escape(c)}</td>' for c in row)}</tr>" for row in rows]
    return f"<table>{''.join(lines)}</table>"
