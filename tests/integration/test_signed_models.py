"""A network from elsewhere is installed only if somebody who is trusted has signed it."""

import json
import shutil
import threading
import zipfile
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest
from bundles import shipped
from typer.testing import CliRunner

from raiox.bundle import MANIFEST_FILE
from raiox.bundle.errors import BundleSignatureError, BundleUnsignedError
from raiox.bundle.signature import SIGNATURE_FILE, new_key, require_signature, sign
from raiox.cli.app import app
from raiox.inference.installed_models import FOLDER

PRIVATE, PUBLIC = new_key()
FOREIGN = new_key()


@pytest.fixture
def bundle(tmp_path):
    """The smallest bundle, signed."""
    folder = tmp_path / "lent"
    shutil.copytree(shipped("lungs"), folder)
    sign(folder, PRIVATE)
    return folder


def packed(folder):
    file = folder.with_suffix(".zip")
    with zipfile.ZipFile(file, "w") as archive:
        for path in folder.iterdir():
            archive.write(path, f"{folder.name}/{path.name}")
    return file


def install(tmp_path, source, *words, key=PUBLIC):
    environment = {"RAIOX_DATA_DIR": str(tmp_path / "var"), "LC_ALL": "C"}
    environment |= {"RAIOX_INFERENCE__TRUSTED_KEYS": key} if key else {}
    return CliRunner().invoke(app, ["models", "install", str(source), *words], env=environment)


def installed(tmp_path):
    folder = tmp_path / "var" / FOLDER
    return [path.name for path in folder.iterdir()] if folder.exists() else []


def forge(folder):
    """Another manifest with the signature of the old one."""
    manifest = json.loads((folder / MANIFEST_FILE).read_text())
    (folder / MANIFEST_FILE).write_text(json.dumps(manifest | {"id": "forged"}))


def sign_as_a_stranger(folder):
    sign(folder, FOREIGN[0])


def take_the_signature_away(folder):
    (folder / SIGNATURE_FILE).unlink()


def cut_the_signature(folder):
    (folder / SIGNATURE_FILE).write_text((folder / SIGNATURE_FILE).read_text()[:40])


def test_a_signed_network_is_installed_from_a_file(tmp_path, bundle):
    done = install(tmp_path, packed(bundle))

    assert done.exit_code == 0, done.output
    assert installed(tmp_path) == ["lent"]
    require_signature(tmp_path / "var" / FOLDER / "lent", [PUBLIC])


@pytest.mark.parametrize(
    ("attack", "code"),
    [
        (forge, "bundle_signature"),
        (sign_as_a_stranger, "bundle_signature"),
        (take_the_signature_away, "bundle_unsigned"),
        (cut_the_signature, "bundle_signature"),
    ],
)
@pytest.mark.parametrize("source", [packed, lambda folder: folder], ids=["file", "folder"])
def test_an_unsigned_or_forged_network_is_not_installed(tmp_path, bundle, attack, code, source):
    attack(bundle)
    done = install(tmp_path, source(bundle))

    assert done.exit_code == 2
    assert f"[{code}]" in done.output
    assert installed(tmp_path) == []


def test_without_a_trusted_key_a_file_is_not_installed_and_a_folder_is(tmp_path, bundle):
    refused = install(tmp_path, packed(bundle), key=None)
    done = install(tmp_path, bundle, key=None)

    assert (refused.exit_code, done.exit_code) == (2, 0)
    assert "[bundle_signature]" in refused.output


def test_whoever_wants_to_may_install_it_unsigned(tmp_path, bundle):
    take_the_signature_away(bundle)
    done = install(tmp_path, packed(bundle), "--allow-unsigned")

    assert done.exit_code == 0, done.output


def test_a_network_at_an_address_is_installed_if_it_is_signed(tmp_path, bundle):
    file = packed(bundle)
    handler = partial(SimpleHTTPRequestHandler, directory=str(file.parent))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_address[1]}/{file.name}"
        foreign = install(tmp_path, address, key=FOREIGN[1])
        done = install(tmp_path, address)
        server.shutdown()

    assert (foreign.exit_code, done.exit_code) == (2, 0)
    assert installed(tmp_path) == ["lent"]


@pytest.mark.parametrize(
    "names", [["../a", "b/../../a"], ["a/x", "b/x"], [f"f{n}" for n in range(30)]]
)
def test_a_file_that_leads_elsewhere_or_is_none_is_refused(tmp_path, names):
    file = tmp_path / "evil.zip"
    with zipfile.ZipFile(file, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    done = install(tmp_path, file)

    assert done.exit_code == 2
    assert "[bundle_invalid]" in done.output
    assert not (tmp_path / "a").exists()


def test_what_is_no_archive_is_refused(tmp_path):
    file = tmp_path / "junk.zip"
    file.write_bytes(b"PK\3\4 junk")

    assert "[bundle_invalid]" in install(tmp_path, file).output


def test_the_commands_make_a_key_and_sign_with_it(tmp_path, bundle):
    take_the_signature_away(bundle)
    with pytest.raises(BundleUnsignedError):
        require_signature(bundle, [PUBLIC])
    key = tmp_path / "signing.key"
    public = CliRunner().invoke(app, ["models", "new-key", str(key)]).output.strip()
    signed = CliRunner().invoke(app, ["models", "sign", str(bundle), "--key", str(key)])

    assert signed.exit_code == 0, signed.output
    assert key.stat().st_mode & 0o77 == 0
    require_signature(bundle, [public])
    with pytest.raises(BundleSignatureError):
        require_signature(bundle, [PUBLIC, "no key"])
