"""What a newcomer meets: a mistyped address, a folder that is theirs alone."""

import stat

import pytest

pytestmark = pytest.mark.anyio


async def test_who_mistypes_an_address_in_a_browser_gets_a_page_and_a_program_a_problem(start):
    async with start() as service:
        browser = service.browser()
        page = await browser.get(
            "/nowhere", headers={"Accept": "text/html,*/*", "Accept-Language": "pt-BR"}
        )
        problem = await browser.get("/nowhere")

    assert (page.status_code, problem.status_code) == (404, 404)
    assert page.headers["content-type"].startswith("text/html")
    assert 'lang="pt"' in page.text
    assert problem.json()["code"] == "not_found"


async def test_the_services_folder_and_database_are_nobody_elses(start, tmp_path):
    async with start():
        kept = [tmp_path / "var", *(tmp_path / "var").glob("raiox.sqlite3*")]
        modes = [stat.S_IMODE(path.stat().st_mode) & 0o077 for path in kept]

    assert len(kept) > 1
    assert set(modes) == {0}
