"""The log is one JSON object a line, in UTC, and no word of a caller is in it."""

import json
from datetime import UTC, datetime

import httpx
from fakes import png
from serving import Served

ANALYSES = "/api/v1/analyses"
INJECTED = "MALLORY"


def test_every_line_is_json_with_its_time_in_utc_and_no_word_of_the_caller(tmp_path):
    served = Served(tmp_path)
    with httpx.Client(base_url=served.url, headers={"User-Agent": INJECTED}) as client:
        accepted = client.post(ANALYSES, content=png())
        client.get(f'/{INJECTED}%0a{{"event":"{INJECTED}"}}?{INJECTED}=1')
        client.get(f"{ANALYSES}/{INJECTED}", headers={"X-Request-ID": INJECTED})
        client.request(INJECTED, ANALYSES)
        client.post(ANALYSES, content=INJECTED, headers={"Idempotency-Key": INJECTED})
    served.stop()
    lines = [json.loads(line) for line in served.log.splitlines()]
    requests = [line for line in lines if line["event"] == "request"]
    [upload] = [line for line in requests if line["status"] == 201]

    assert INJECTED not in served.log
    assert "127.0.0.1" not in served.log
    assert upload["request_id"] == accepted.headers["X-Request-ID"]
    assert (upload["method"], upload["route"]) == ("POST", ANALYSES)
    assert {tuple(line["codes"]) for line in requests if "codes" in line} >= {
        ("not_found",), ("analysis_not_found",), ("not_an_image",),
    }  # fmt: skip
    for line in lines:
        written = datetime.fromisoformat(line["timestamp"])
        assert written.tzinfo == UTC
