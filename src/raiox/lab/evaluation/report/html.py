"""A report for people who read pages: one file, every language, ready to be printed.

It holds no script, font, image or address: it opens in ten years, and on a machine without a
network. Radio buttons choose the language.
"""

from collections.abc import Iterable
from html import escape

from raiox.lab.evaluation.report.curve_plots import plots
from raiox.lab.evaluation.report.markdown import (
    cells,
    confusion_table,
    head,
    limits_of,
    method,
    title,
    verdict,
)
from raiox.lab.evaluation.report.report import Report
from raiox.lab.evaluation.report.reported_metrics import ReportedMetric, section_title
from raiox.vocabulary import LANGUAGE_TRAITS, LANGUAGES, NOTICE, Language

STYLE = """
body{font:15px/1.5 system-ui,sans-serif;max-width:62rem;margin:1rem auto;padding:0 1rem;color:#222}
table{border-collapse:collapse;margin:.6rem 0}td,th{padding:.15rem .6rem;text-align:right;
border-bottom:1px solid #ddd}td:first-child,th:first-child{text-align:left}
.notice{border:2px solid #b00;padding:.4rem .8rem;font-weight:600}.verdict{font-weight:600}
.plots{display:flex;flex-wrap:wrap;gap:1rem}.plots svg{width:28rem;max-width:100%}
code{background:#eee}
h2{margin-top:2rem}@media print{body{font-size:10pt;max-width:none}input,.choice{display:none}
table,svg{break-inside:avoid}h2{break-after:avoid}}
"""


def to_html(report: Report) -> str:
    """The whole report."""
    default = LANGUAGES[0]
    choices = "".join(
        f'<input type="radio" name="language" id="{language}"{" checked" * (language == default)}>'
        f'<label class="choice" for="{language}">{escape(LANGUAGE_TRAITS[language].name)}</label> '
        for language in LANGUAGES
    )
    return (
        f'<!doctype html>\n<html lang="{default}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{escape(report.manifest.id)}</title><style>{STYLE}{_only_the_chosen()}</style>"
        f"</head><body>\n{choices}<main>\n<h1>{escape(report.manifest.id)}</h1>\n"
        + "\n".join(_opening(report, language) for language in LANGUAGES)
        + f'\n<div class="plots">{"".join(plots(report).values())}</div>\n'
        + "\n".join(_sections(report, language) for language in LANGUAGES)
        + "\n</main></body></html>\n"
    )


def _only_the_chosen() -> str:
    return "".join(
        f"#{language}:checked~main [lang]:not([lang={language}]){{display:none}}"
        for language in LANGUAGES
    )


def _opening(report: Report, language: Language) -> str:
    limits = "".join(f"<li>{escape(limit)}</li>" for limit in limits_of(report, language))
    return (
        f'<div lang="{language}"><p class="notice">{escape(NOTICE[language])}</p>'
        f'<p class="verdict">{escape(verdict(report, language).replace("**", ""))}</p>'
        f"<h2>{escape(title('limits', language))}</h2><ul>{limits}</ul>"
        f"<p>{escape(method(report, language))}</p>"
        f"<p><code>{escape(report.measurement.command)}</code></p></div>"
    )


def _sections(report: Report, language: Language) -> str:
    confusion = confusion_table(report, language)
    parts = [
        f"<h2>{escape(confusion.caption)}</h2>{_table(confusion.columns, confusion.rows)}",
        *(
            f"<h2>{escape(section_title(section, language))}</h2>{_metrics(metrics, language)}"
            for section, metrics in report.sections.items()
        ),
    ]
    return f'<div lang="{language}">{"".join(parts)}</div>'


def _metrics(metrics: Iterable[ReportedMetric], language: Language) -> str:
    rows = [cells(metric.name[language], metric.estimate, language) for metric in metrics]
    return _table(head(language), rows)


def _table(titles: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    lines = [f"<tr>{''.join(f'<th>{escape(t)}</th>' for t in titles)}</tr>"]
    lines += [f"<tr>{''.join(f'<td>{escape(c)}</td>' for c in row)}</tr>" for row in rows]
    return f"<table>{''.join(lines)}</table>"
