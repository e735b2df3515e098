"""Which language to answer in: `?lang=`, else Accept-Language, else the first of all languages."""

from starlette.requests import HTTPConnection

from raiox.vocabulary import LANGUAGES, Language

DEFAULT: Language = LANGUAGES[0]
MAX_HEADER_CHARS = 200


def language_of(request: HTTPConnection) -> Language:
    """The caller's language; junk and unknown languages fall back."""
    requested = request.query_params.get("lang", "")
    return _known(requested) or _preferred(request.headers.get("accept-language", "")) or DEFAULT


def _preferred(header: str) -> Language | None:
    choices = [_weighed(part) for part in header[:MAX_HEADER_CHARS].split(",")]
    for weight, tag in sorted(choices, key=lambda choice: -choice[0]):
        known = _known(tag)
        if known and weight > 0:
            return known
    return None


def _weighed(part: str) -> tuple[float, str]:
    tag, _, weight = part.partition(";q=")
    try:
        return (float(weight) if weight else 1.0), tag
    except ValueError:
        return 0.0, tag


def _known(tag: str) -> Language | None:
    short = tag.strip().lower().partition("-")[0]
    return next((language for language in LANGUAGES if language == short), None)
