"""The addresses of the login: to the provider, back from it, and out."""

from html import escape

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from raiox.errors import RaioxError
from raiox.messages import text
from raiox.web.dependencies import RootPathDep, WebContext, WebDep
from raiox.web.errors import UnknownRouteError
from raiox.web.http.language import language_of
from raiox.web.http.problems import problem_headers, status_of
from raiox.web.login.login import CALLBACK, SIGN_IN, SIGN_OUT, Login
from raiox.web.site.html_form import ADDRESS, page_of, sentences_of

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
    """End the session here, and say where it may be ended at the provider."""
    login, language = _login(web_context), language_of(request)
    address = await login.logout_address()
    content = f"<p>{text('form.signed_out', language)}</p>{_again(request, root_path)}"
    if address:
        label = text("form.leave_provider", language)
        content += f'<p><a href="{escape(address)}">{label}</a></p>'
    response = page_of(language, f"{root_path}{ADDRESS}", content)
    login.end(response, request.scope)
    return response


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
