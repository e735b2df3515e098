"""The page without JavaScript: one form, one result, in the reader's language.

For old browsers, text browsers, and whoever prefers it. The same use cases, the
same limits, the same warnings and the same session as the API.
"""

import json
from collections.abc import Mapping
from functools import cache
from html import escape
from importlib.resources import files

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from raiox.errors import Fact, RaioxError
from raiox.findings import finding_meaning, finding_name
from raiox.messages import messages_for, text
from raiox.vocabulary import LANGUAGE_TRAITS, LANGUAGES, NOTICE, AnalysisState, Language
from raiox.web.api.schemas import Analysis
from raiox.web.api.serializers import analysis_document
from raiox.web.api.uploads import UploadHeaders, receive_upload
from raiox.web.dependencies import CallerDep, OwnerDep, RootPathDep, ServiceDep, WebDep
from raiox.web.errors import UnknownRouteError
from raiox.web.http.language import language_of
from raiox.web.http.problems import problem_headers, respond_to_http_exception, status_of

ADDRESS = "/plain"

router = APIRouter(include_in_schema=False)


@router.get(ADDRESS)
async def show_form(request: Request, root_path: RootPathDep, _owner: OwnerDep) -> Response:
    """The form; it begins the session."""
    language, address = language_of(request), f"{root_path}{ADDRESS}"
    return page_of(language, address, _form(language, address))


@router.post(ADDRESS)
async def submit_form(
    request: Request,
    web_context: WebDep,
    service: ServiceDep,
    root_path: RootPathDep,
    caller: CallerDep,
) -> Response:
    """Take the image and lead to its result."""
    language, address = language_of(request), f"{root_path}{ADDRESS}"
    try:
        headers = UploadHeaders()
        received = (await receive_upload(web_context, service, request, headers, caller))[0]
    except RaioxError as error:
        received = error
    if isinstance(received, RaioxError):
        content = sentences_of(received.code, received.facts, language) + _form(language, address)
        status, retry_after = status_of(received), problem_headers(received)
        return page_of(language, address, content, status, retry_after)
    return RedirectResponse(f"{address}/{received.id}?lang={language}", 303)


@router.get(f"{ADDRESS}/{{analysis_id}}")
async def show_analysis(
    request: Request,
    analysis_id: str,
    service: ServiceDep,
    root_path: RootPathDep,
    owner: OwnerDep,
) -> Response:
    """The result, or that it is on its way."""
    language, address = language_of(request), f"{root_path}{ADDRESS}"
    try:
        analysis = await service.analyses.get(analysis_id, owner)
    except RaioxError as error:
        content = sentences_of(error.code, error.facts, language)
        return page_of(language, address, content, status_of(error))
    again = f'<p><a href="{escape(address)}?lang={language}">{text("form.again", language)}</a></p>'
    content = _result(analysis_document(analysis, root_path), language) + again
    headers = {} if analysis.finished else {"Refresh": "2"}
    return page_of(language, f"{address}/{analysis.id}", content, headers=headers)


async def respond_not_found(request: Request, error: Exception) -> Response:
    """A page for who mistyped an address in a browser; the problem document for programs."""
    if "text/html" not in request.headers.get("accept", ""):
        return await respond_to_http_exception(request, error)
    language, root_path = language_of(request), request.scope.get("root_path", "")
    code = UnknownRouteError.code
    return page_of(language, f"{root_path}{ADDRESS}", sentences_of(code, {}, language), 404)


def page_of(
    language: Language,
    address: str,
    content: str,
    status: int = 200,
    headers: dict[str, str] | None = None,
) -> Response:
    """What stands between the header and the notice, as a page without scripts.

    Args:
        address: of this page, below that of the form.
    """
    switch = " · ".join(
        f'<a href="{escape(address)}?lang={other}" lang="{other}">{other.upper()}</a>'
        for other in LANGUAGES
    )
    home = f"{address.partition(ADDRESS)[0]}{ADDRESS}?lang={language}"
    html = (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width"><title>raiox</title>'
        f'<link rel="stylesheet" href="{escape(home.partition(ADDRESS)[0])}/plain.css"></head><body>'
        f'<header><a href="{escape(home)}">raiox</a> — {switch}</header>'
        f"<main><h1>{text('form.title', language)}</h1>{content}</main>"
        f"<footer><p>{NOTICE[language]}</p></footer></body></html>"
    )
    return HTMLResponse(html, status, {"Cache-Control": "private, no-store", **(headers or {})})


def _form(language: Language, address: str) -> str:
    choose = text("form.choose", language, formats=_accepted_formats())
    return (
        f'<form method="post" action="{escape(address)}?lang={language}" '
        'enctype="multipart/form-data">'
        f'<p><label>{choose} <input type="file" name="file" required></label></p>'
        f"<p><button>{text('form.send', language)}</button></p></form>"
        f"<p>{text('form.privacy', language)}</p>"
    )


@cache
def _accepted_formats() -> str:
    formats = json.loads(files("raiox").joinpath("formats.json").read_text(encoding="utf-8"))
    return ", ".join(each["name"] for each in formats if each["read"])


def _result(document: Analysis, language: Language) -> str:
    reason = document.error or document.rejection
    picture = (
        f'<p><img src="{escape(document.image)}" alt="" width="480"></p>' if document.image else ""
    )
    if reason is not None:
        content = sentences_of(reason.code, reason.facts, language)
        return content + _warnings(document, language) + picture
    if document.state is not AnalysisState.DONE or document.finding is None:
        return f"<p>{text('form.waiting', language)}</p>"
    meaning = escape(finding_meaning(document.finding, language))
    return (
        f"<p><strong>{meaning}</strong></p>{_warnings(document, language)}"
        f"<p>{text('form.caution', language)}</p>"
        f"{_scores(document, language)}<p>{text('form.score_note', language)}</p>{picture}"
    )


def _warnings(document: Analysis, language: Language) -> str:
    return "".join(sentences_of(code, {}, language) for code in document.warnings)


def _scores(document: Analysis, language: Language) -> str:
    """Each finding with its score and heatmap, the highest score first."""
    maps = document.maps or {}
    ranked = sorted((document.scores or {}).items(), key=lambda item: -item[1])
    rows = "".join(
        f"<tr><th>{escape(finding_name(finding, language))}</th>"
        f'<td><meter min="0" max="1" value="{score}"></meter> {_decimal(score, language)}</td>'
        f'<td><img src="{escape(maps.get(finding, ""))}" alt="" width="160"></td></tr>'
        for finding, score in ranked
    )
    titles = (text(f"form.{column}", language) for column in ("finding", "score", "heatmap"))
    head = "<tr>" + "".join(f"<th>{title}</th>" for title in titles) + "</tr>"
    return f"<table>{head}{rows}</table>"


def _decimal(score: float, language: Language) -> str:
    return f"{score:.2f}".replace(".", LANGUAGE_TRAITS[language].decimal_separator)


def sentences_of(code: str, facts: Mapping[str, Fact], language: Language) -> str:
    """What happened, why, and what to do, as HTML."""
    sentences = messages_for(code, language, facts)
    return "".join(f"<p>{escape(sentences[part])}</p>" for part in ("title", "detail", "action"))
