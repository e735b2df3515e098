"""The page without JavaScript: one form, one answer, in both languages.

For old browsers, text browsers, and whoever prefers it. The same use cases, the
same limits and the same session as the API.
"""

from html import escape

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from raiox.errors import Fact, RaioxError
from raiox.findings import finding_meaning, finding_name
from raiox.messages import messages_for, text
from raiox.service.result_json import JsonObject
from raiox.vocabulary import LANGUAGE_TRAITS, LANGUAGES, NOTICE, AnalysisState, Language
from raiox.web.api.serializers import analysis_document
from raiox.web.api.uploads import Uploads
from raiox.web.dependencies import OwnerDep, ServiceDep, WebDep
from raiox.web.http.language import language_of
from raiox.web.http.problems import problem_headers, status_of

router = APIRouter(include_in_schema=False)

FORMATS = "PNG, JPEG, WebP, TIFF, BMP, DICOM"


@router.get("/plain")
async def show_form(request: Request, _owner: OwnerDep) -> Response:
    """The form; it begins the session."""
    language = language_of(request)
    return _page(language, "/plain", _form(language))


@router.post("/plain")
async def take_form(
    request: Request, web_context: WebDep, service: ServiceDep, owner: OwnerDep
) -> Response:
    """Take the image and show its answer."""
    language = language_of(request)
    try:
        analysis = await Uploads(web_context, service).take(request, owner)
    except RaioxError as error:
        told = _sentences(error.code, error.facts, language) + _form(language)
        return _page(language, "/plain", told, status_of(error), problem_headers(error))
    return RedirectResponse(f"/plain/{analysis.id}?lang={language}", 303)


@router.get("/plain/{analysis_id}")
async def show_analysis(
    request: Request, analysis_id: str, service: ServiceDep, owner: OwnerDep
) -> Response:
    """The answer, or word that it is on its way."""
    language = language_of(request)
    address = f"/plain/{analysis_id}"
    try:
        analysis = await service.analyses.get(analysis_id, owner)
    except RaioxError as error:
        told = _sentences(error.code, error.facts, language)
        return _page(language, "/plain", told, status_of(error))
    document = analysis_document(analysis)
    headers = {} if analysis.finished else {"Refresh": "2"}
    return _page(language, address, _answer(document, language), headers=headers)


def _page(
    language: Language,
    address: str,
    content: str,
    status: int = 200,
    headers: dict[str, str] | None = None,
) -> Response:
    switch = " · ".join(
        f'<a href="{escape(address)}?lang={other}" lang="{other}">{other.upper()}</a>'
        for other in LANGUAGES
    )
    html = (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width"><title>raiox</title></head><body>'
        f'<header><a href="/plain?lang={language}">raiox</a> — {switch}</header>'
        f"<main><h1>{text('form.title', language)}</h1>{content}</main>"
        f"<footer><p>{NOTICE[language]}</p></footer></body></html>"
    )
    return HTMLResponse(html, status, {"Cache-Control": "private, no-store", **(headers or {})})


def _form(language: Language) -> str:
    choose = text("form.choose", language, formats=FORMATS)
    return (
        f'<form method="post" action="/plain?lang={language}" enctype="multipart/form-data">'
        f'<p><label>{choose} <input type="file" name="file" required></label></p>'
        f"<p><button>{text('form.send', language)}</button></p></form><p>{text('form.privacy', language)}</p>"
    )


def _answer(document: JsonObject, language: Language) -> str:
    if document["state"] == AnalysisState.FAILED:
        return _told(document["error"], language)
    if document["state"] != AnalysisState.DONE:
        return f"<p>{text('form.waiting', language)}</p>"
    picture = f'<p><img src="{document["image"]}" alt="" width="480"></p>'
    shown = picture if document["image"] else ""
    if document["rejection"]:
        return _told(document["rejection"], language) + shown
    sentence = finding_meaning(document["finding"], language)
    return f"<p><strong>{sentence}</strong></p>{_bars(document, language)}{shown}"


def _bars(document: JsonObject, language: Language) -> str:
    """Each finding with its score and heatmap, the highest score first."""
    ranked = sorted(document["scores"].items(), key=lambda item: -item[1])
    rows = "".join(
        f"<tr><th>{escape(finding_name(finding, language))}</th>"
        f'<td><meter min="0" max="1" value="{score}"></meter> {_decimal(score, language)}</td>'
        f'<td><img src="{document["maps"][finding]}" alt="" width="160"></td></tr>'
        for finding, score in ranked
    )
    titles = (text(f"form.{column}", language) for column in ("finding", "score", "heatmap"))
    head = "<tr>" + "".join(f"<th>{title}</th>" for title in titles) + "</tr>"
    return f"<table>{head}{rows}</table>"


def _decimal(score: float, language: Language) -> str:
    return f"{score:.2f}".replace(".", LANGUAGE_TRAITS[language].decimal_separator)


def _told(reason: JsonObject, language: Language) -> str:
    facts = {name: value for name, value in reason.items() if name not in ("code", "messages")}
    return _sentences(reason["code"], facts, language)


def _sentences(code: str, facts: dict[str, Fact], language: Language) -> str:
    told = messages_for(code, language, facts)
    return "".join(f"<p>{escape(told[part])}</p>" for part in ("title", "detail", "action"))
