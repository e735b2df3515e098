"""Typer's complaints are said in the language of the terminal."""

import pytest
from typer.testing import CliRunner

from raiox.cli.app import app
from raiox.cli.usage import translated
from raiox.messages import load

CALLS = {
    "predit x": "Não existe o comando 'predit'. Você quis dizer 'predict'?",
    "serve --port 99999": "Valor inválido para '--port': passa do limite 65535",
    "serve --port x": "Valor inválido para '--port': não é um número inteiro",
    "serve --prt 9": "Não existe a opção --prt (opções parecidas: --port)",
    "--nope": "Não existe a opção --nope",
    "serve --port": "A opção '--port' precisa de um valor.",
    "serve a b": "Há argumentos a mais (a b)",
    "train": "Falta o argumento 'recipe'.",
    "predict x --csv-dialect y": "'y' não é uma das opções 'standard', 'excel'",
    "keys ad": "Não existe o comando 'ad'. Você quis dizer 'add'?",
}


@pytest.mark.parametrize(("call", "sentence"), CALLS.items(), ids=CALLS)
def test_a_wrong_call_is_answered_in_portuguese(call, sentence):
    result = CliRunner().invoke(app, call.split(), env={"LC_ALL": "pt_BR.UTF-8"})

    assert result.exit_code == 2
    assert sentence in result.stderr
    assert "Erro: " in result.stderr
    assert not [word for word in ("Error", "Try", "Usage", "Invalid") if word in result.stderr]


@pytest.mark.parametrize("call", CALLS, ids=CALLS)
def test_and_in_english_elsewhere(call):
    result = CliRunner().invoke(app, call.split(), env={"LC_ALL": "C"})

    assert result.exit_code == 2
    assert result.stderr.splitlines()[-1].startswith("Error: ")


def test_what_no_pattern_knows_stays_as_it_is():
    assert translated("Something new.") == "Something new."


def test_every_sentence_of_usage_is_used():
    keys = {key for key in load("en", "cli") if key.startswith("usage_")}
    source = __import__("raiox.cli.usage").cli.usage
    used = {key for _, key in (*source.PATTERNS, *source.REASONS)}

    assert keys == used | {"usage_help", "usage_error", "usage_bad_value"}
