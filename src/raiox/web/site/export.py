"""The page, the networks and the examples as a folder of static files: nothing runs on the server.

Every image is read on the visitor's device. Any web server, object store or intranet share can
hold the folder; the headers that it ought to send stand in two files of the folder itself.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from raiox.inference.installed_models import InstalledModels
from raiox.settings import Settings
from raiox.web.errors import PageNotBuiltError
from raiox.web.http.middleware import SECURITY_HEADERS
from raiox.web.site.device import CATALOGUE, FOLDER, DeviceFiles, catalogue_json
from raiox.web.site.examples import Examples, open_examples
from raiox.web.site.static import IMMUTABLE, INDEX, REVALIDATE, mark_reading

EXAMPLES: Final = "examples"
IMMUTABLE_FOLDERS: Final = ("assets", FOLDER)
"""Their files are named by hashes."""
CSP: Final = "Content-Security-Policy"
HEADERS_FILE: Final = "_headers"
"""As Cloudflare Pages and Netlify read it."""
NGINX_FILE: Final = "nginx.conf"
_ENDINGS: Final = {"image/png": ".png", "image/jpeg": ".jpg"}
_PLAIN_FORM: Final = re.compile(r'\s*<a href="plain[^>]*>.*?</a>', re.DOTALL)


def export_site(
    folder: Path, page: Path, settings: Settings, *, base_path: str = "/"
) -> dict[str, int]:
    """Write the folder; files that are there are replaced, others stay.

    Args:
        folder: to write to.
        page: the built page.
        settings: whose bundles, examples, limits and times the site gets.
        base_path: where the site will lie, e.g. `/raiox/`; only the files of headers say it.

    Returns: the size of each file in bytes, by its path below the folder.

    Raises: PageNotBuiltError.
    """
    if not (page / INDEX).is_file():
        raise PageNotBuiltError
    sizes = {}
    for name, content in _contents(page, settings, base_path):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        sizes[name] = len(content)
    return sizes


def _contents(page: Path, settings: Settings, base_path: str) -> Iterator[tuple[str, bytes]]:
    for path in sorted(page.rglob("*")):
        if path.is_file():
            name = path.relative_to(page).as_posix()
            content = path.read_bytes()
            yield name, _index(content.decode()).encode() if name == INDEX else content
    models = DeviceFiles(InstalledModels(settings.inference, settings.data_dir))
    for file in models.all():
        yield f"{FOLDER}/{file.name}", file.path.read_bytes()
    examples = open_examples(settings)
    described = []
    for entry, content, ending in _examples(examples):
        address = f"{EXAMPLES}/{entry['id']}{ending}"
        described.append(entry | {"url": address})
        yield address, content
    yield CATALOGUE, catalogue_json(models.catalogue(settings, described)).encode()
    yield HEADERS_FILE, _headers(base_path).encode()
    yield NGINX_FILE, _nginx(base_path).encode()


def _examples(examples: Examples) -> Iterator[tuple[dict[str, Any], bytes, str]]:
    for entry in examples.describe(EXAMPLES):
        file = examples.load_file(entry["id"])
        yield entry, file.content, _ENDINGS[file.media_type]


def _index(html: str) -> str:
    """The page, which reads on the device only and carries its policy itself."""
    # Browsers ignore this directive in a document: the header alone can forbid frames.
    policy = SECURITY_HEADERS[CSP].replace("; frame-ancestors 'none'", "")
    meta = f'<meta http-equiv="{CSP}" content="{policy}" />'
    private = mark_reading(_PLAIN_FORM.sub("", html), "private")
    return private.replace("<head>", f"<head>\n    {meta}", 1)


def _headers(base_path: str) -> str:
    blocks = [(f"{base_path}*", SECURITY_HEADERS | {"Cache-Control": REVALIDATE})]
    blocks += [(f"{base_path}{name}/*", {"Cache-Control": IMMUTABLE}) for name in IMMUTABLE_FOLDERS]
    lines = [
        "\n".join([address, *(f"  {name}: {value}" for name, value in headers.items())])
        for address, headers in blocks
    ]
    return "\n".join(lines) + "\n"


def _nginx(base_path: str) -> str:
    """Locations for a `server` block; each repeats every header, as nginx inherits none."""

    def location(address: str, cache_control: str) -> str:
        headers = SECURITY_HEADERS | {"Cache-Control": cache_control}
        lines = [f'    add_header {name} "{value}" always;' for name, value in headers.items()]
        return "\n".join([f"location {address} {{", *lines, "}"])

    hashed = [location(f"{base_path}{name}/", IMMUTABLE) for name in IMMUTABLE_FOLDERS]
    return "\n".join([location(base_path, REVALIDATE), *hashed]) + "\n"
