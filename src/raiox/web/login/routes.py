"""The addresses of the login: to the provider, back from it, and out."""

from html import escape
from typing import Final
from urllib.parse import parse_qs

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from raiox.errors import RaioxError
from raiox.messages import text
from raiox.web.caller import address_of
from raiox.web.dependencies import RootPathDep, WebContext, WebDep
from raiox.web.errors import LoginFailedError, UnknownRouteError
from raiox.web.http.body import read_files
from raiox.web.http.language import language_of
from raiox.web.http.problems import problem_headers, status_of
from raiox.web.login.login import BACK_CHANNEL, CALLBACK, SIGN_IN, SIGN_OUT, Login
from raiox.web.site.html_form import ADDRESS, page_of, sentences_of

MAX_TOKEN_BYTES: Final = 16_384

router = APIRouter(include_in_schema=False)


@router.get(SIGN_IN)
async def sign_in(request: Request, web_context: WebDep, root_path: RootPathDep) -> Response:
    """Lead to the provider."""
    login = _login(web_context)
    try:
        return await login.begin(request)
    except RaioxError as error:
        return _refusal(request, error, root_path)


@router.get(CALLBACK)
async def come_back(request: Request, web_context: WebDep, root_path: RootPathDep) -> Response:
    """Let in whoever the provider knows, and the settings allow."""
    login = _login(web_context)
    try:
        return await login.finish(request)
    except RaioxError as error:
        return _refusal(request, error, root_path)


@router.post(SIGN_OUT)
async def sign_out(request: Request, web_context: WebDep, root_path: RootPathDep) -> Response:
    """End the session here for good, and say where it may be ended at the provider."""
    login, language = _login(web_context), language_of(request)
    address = await login.logout_address()
    content = f"<p>{text('form.signed_out', language)}</p>{_again(request, root_path)}"
    if address:
        label = text("form.leave_provider", language)
        content += f'<p><a href="{escape(address)}">{label}</a></p>'
    response = page_of(language, f"{root_path}{ADDRESS}", content)
    try:
        await login.end(request, response)
    except RaioxError as error:
        return _refusal(request, error, root_path)
    return response


@router.post(BACK_CHANNEL)
async def end_by_provider(request: Request, web_context: WebDep) -> Response:
    """Let the provider end sessions, by a token that it signed."""
    login = _login(web_context)
    timeout_s = web_context.settings.web.body_timeout_s
    with web_context.receipts.receive(address_of(request), timeout_s) as receipt:
        bodies = read_files(request, max_bytes=MAX_TOKEN_BYTES, receipt=receipt)
        body = b"".join([part async for part in bodies])
        receipt.count(-len(body))
    token = parse_qs(body.decode("latin-1")).get("logout_token", [""])[0]
    try:
        await login.end_by_provider(request, token)
    except LoginFailedError:
        web_context.limits.count_miss(request)
        raise
    return Response(headers={"Cache-Control": "no-store"})


def _login(web_context: WebContext) -> Login:
    """Raises: UnknownRouteError where nobody signs in."""
    if web_context.login is None:
        raise UnknownRouteError
    return web_context.login


def _refusal(request: Request, error: RaioxError, root_path: str) -> Response:
    language = language_of(request)
    content = sentences_of(error.code, error.facts, language) + _again(request, root_path)
    page = f"{root_path}{ADDRESS}"
    return page_of(language, page, content, status_of(error), problem_headers(error))


def _again(request: Request, root_path: str) -> str:
    label = text("form.sign_in", language_of(request))
    return f'<p><a href="{escape(root_path)}{SIGN_IN}">{label}</a></p>'
