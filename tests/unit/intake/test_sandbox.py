import errno
import os
import platform
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from drawings import LIMITS, phantom, picture
from fake_decoders import GREY

from raiox.errors import InternalError
from raiox.intake.errors import (
    CorruptImageError,
    DecoderCrashedError,
    DecodersUnavailableError,
    DecodeTooSlowError,
    SandboxTooWeakError,
)
from raiox.intake.sandbox.breaches import Breach
from raiox.intake.sandbox.client import Sandbox
from raiox.intake.sandbox.confinement import Layer
from raiox.intake.sandbox.zygote import PATIENCE_MS, _arrives_soon

OBEDIENT = "fake_decoders:obey"
QUICK = replace(LIMITS, decoder_wall_s=1.0, decoder_cpu_s=1)
linux_only = pytest.mark.skipif(sys.platform != "linux", reason="needs Linux's /proc and Landlock")


@pytest.fixture(scope="module")
def sandbox():
    with Sandbox(LIMITS, n_decoders=4, decoder=OBEDIENT) as shared:
        yield shared


@pytest.fixture(scope="module")
def impatient():
    with Sandbox(QUICK, n_decoders=1, decoder=OBEDIENT) as shared:
        shared.decode("png", b"nap 0")  # loading is not part of the second it has
        yield shared


def is_running(pid):
    """A zombie has ended too; in a container nobody may come to bury it."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


def children_of(pid):
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def comes_true(condition, patience_s=20.0):
    deadline = time.monotonic() + patience_s
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def have_ended(*pids):
    return comes_true(lambda: not any(is_running(pid) for pid in pids))


def decoding(pid):
    """Children of the zygote of one decoder, once one decodes and another waits ahead of need."""
    comes_true(lambda: len(children_of(pid)) > 1)
    return children_of(pid)


def test_hands_over_the_pixels_of_the_decoder():
    with Sandbox(LIMITS, n_decoders=1) as real:
        decoded = real.decode("png", picture(phantom(), "png"))

    np.testing.assert_array_equal(decoded.pixels, phantom())


def test_hands_over_a_refusal_with_its_facts(sandbox):
    with pytest.raises(CorruptImageError) as refusal:
        sandbox.decode("png", b"refuse")

    assert refusal.value.facts == {"width": 7}


@pytest.mark.parametrize("order", [b"crash", b"raise", b"eat"])
def test_a_decoder_that_dies_is_reported_and_harms_nobody(sandbox, order):
    zygote = sandbox.zygote_pid

    with pytest.raises(DecoderCrashedError):
        sandbox.decode("png", order)

    assert (sandbox.decode("png", b"nap 0").pixels == GREY).all()
    assert sandbox.zygote_pid == zygote


@pytest.mark.parametrize("order", [b"sleep", b"sleep-deaf", b"spin"])
def test_a_decoder_that_does_not_end_is_ended(impatient, order):
    start = time.monotonic()

    with pytest.raises(DecodeTooSlowError) as refusal:
        impatient.decode("png", order)

    assert time.monotonic() - start < 6
    assert refusal.value.facts == {"limit_s": 1.0}


@linux_only
def test_an_overdue_decoder_leaves_no_process(impatient):
    with pytest.raises(DecodeTooSlowError):
        impatient.decode("png", b"sleep")

    assert comes_true(lambda: len(children_of(impatient.zygote_pid)) == 1)  # the spare alone


@pytest.mark.parametrize("order", [b"small", b"strange-refusal", b"long-fact"])
def test_a_decoder_that_lies_is_not_believed(sandbox, order):
    with pytest.raises(DecoderCrashedError):
        sandbox.decode("png", order)


def test_only_known_notes_leave_the_sandbox(sandbox):
    assert sandbox.decode("png", b"strange-note").notes == ("colour_removed",)


@linux_only
def test_a_decoder_can_neither_open_nor_fork_nor_connect_nor_signal(sandbox):
    assert sandbox.decode("png", b"freedoms").pixels[:5, 0].tolist() == [0, 0, 0, 0, 0]


@linux_only
def test_a_decoder_finds_no_way_out(sandbox):
    assert sandbox.decode("png", b"breaches").pixels[0, 0] == Breach.NONE
    assert sandbox.weaknesses() == (Breach.NONE, Layer.NONE)


@linux_only
@pytest.mark.skipif(platform.machine() != "x86_64", reason="the numbers are those of x86_64")
@pytest.mark.parametrize(
    "number", [41, 57, 59, 62, 101, 200, 310, 311, 321, 323, 425, 435],
    ids=["socket", "fork", "execve", "kill", "ptrace", "tkill", "process_vm_readv",
         "process_vm_writev", "bpf", "userfaultfd", "io_uring_setup", "clone3"],
)  # fmt: skip
def test_a_decoder_has_no_right_to_a_system_call_that_it_does_not_need(sandbox, number):
    assert sandbox.decode("png", b"syscall %d" % number).pixels[0, 0] == errno.EPERM


@linux_only
@pytest.mark.parametrize(
    ("layers", "breaches"),
    [
        ("confine_for_good(); confine_one_decode(LIMITS)", Breach.NONE),
        ("no_new_privileges(); allow_only_decoding()", Breach.NONE),
        ("pass", ~Breach.NONE),
    ],
    ids=["all", "seccomp alone", "none"],
)
def test_a_missing_layer_is_found_by_attacking(layers, breaches):
    script = (
        "import ctypes, os, sys\n"
        "from drawings import LIMITS\n"
        "from raiox.intake.sandbox.breaches import find_breaches\n"
        "from raiox.intake.sandbox.confinement import confine_for_good, confine_one_decode\n"
        "from raiox.intake.sandbox.seccomp import allow_only_decoding\n"
        "def no_new_privileges(): ctypes.CDLL(None).prctl(38, 1, 0, 0, 0)\n"
        "parent = os.getpid()\n"
        "report, child = os.pipe()\n"
        "if os.fork() == 0:\n"
        f"    {layers}\n"
        "    os.write(child, bytes([find_breaches(parent)])); os._exit(0)\n"
        "os.wait(); sys.exit(os.read(report, 1)[0])\n"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", script], check=False, env=environment)

    assert Breach(done.returncode) == breaches & Breach(15)


def test_a_weak_sandbox_decodes_nothing_unless_it_is_allowed():
    weak = "fake_decoders:obey_unconfined"
    with Sandbox(LIMITS, 1, weak) as sandbox, pytest.raises(SandboxTooWeakError) as refusal:
        sandbox.decode("png", b"nap 0")

    assert "files" in str(refusal.value.facts["breaches"])
    assert "landlock" in str(refusal.value.facts["layers"])
    with Sandbox(LIMITS, 1, weak, allow_breaches=True) as allowed:
        assert (allowed.decode("png", b"nap 0").pixels == GREY).all()


def test_every_file_gets_a_process_of_its_own(sandbox):
    pids = {sandbox.decode("png", b"pid").pixels[0, :8].tobytes() for _ in range(5)}

    assert len(pids) == 5


def test_several_threads_decode_at_the_same_time(sandbox):
    start = time.monotonic()
    with ThreadPoolExecutor(4) as threads:
        decoded = list(threads.map(lambda _: sandbox.decode("png", b"nap 2"), range(4)))

    assert len(decoded) == 4
    assert time.monotonic() - start < 6  # one after the other they would take eight seconds


def test_more_threads_than_decoders_wait_for_their_turn():
    with (
        Sandbox(LIMITS, n_decoders=2, decoder=OBEDIENT) as narrow,
        ThreadPoolExecutor(8) as threads,
    ):
        decoded = list(threads.map(lambda _: narrow.decode("png", b"nap 0.05"), range(24)))

    assert all((answer.pixels == GREY).all() for answer in decoded)


def test_one_bad_file_does_not_disturb_its_neighbours(sandbox):
    orders = [b"nap 0.1", b"crash", b"nap 0.1", b"refuse"] * 6

    def attempt(order):
        try:
            return (sandbox.decode("png", order).pixels == GREY).all()
        except (DecoderCrashedError, CorruptImageError) as error:
            return error.code

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(attempt, orders))

    assert answers == [True, "decoder_crashed", True, "corrupt_image"] * 6


def test_a_dead_zygote_is_replaced_unseen():
    with Sandbox(LIMITS, n_decoders=2, decoder=OBEDIENT) as fragile:
        fragile.decode("png", b"nap 0")
        first = fragile.zygote_pid
        os.kill(first, signal.SIGKILL)

        decoded = fragile.decode("png", b"nap 0")

        assert (decoded.pixels == GREY).all()
        assert fragile.zygote_pid != first


def test_a_zygote_that_dies_during_a_decode_is_replaced_and_the_file_tried_again():
    with (
        Sandbox(LIMITS, n_decoders=2, decoder=OBEDIENT) as fragile,
        ThreadPoolExecutor(1) as threads,
    ):
        fragile.decode("png", b"nap 0")
        first = fragile.zygote_pid
        answer = threads.submit(fragile.decode, "png", b"nap 0.6")
        time.sleep(0.2)
        os.kill(first, signal.SIGKILL)

        assert (answer.result(20).pixels == GREY).all()


@linux_only
def test_children_end_with_their_zygote():
    with Sandbox(LIMITS, 1, OBEDIENT) as fragile, ThreadPoolExecutor(1) as threads:
        fragile.decode("png", b"nap 0")
        answer = threads.submit(fragile.decode, "png", b"nap 2")
        zygote = fragile.zygote_pid
        children = decoding(zygote)

        os.kill(zygote, signal.SIGKILL)

        assert children
        assert have_ended(*children)
        assert (answer.result(30).pixels == GREY).all()


def test_a_stopped_zygote_does_not_stop_the_service():
    with Sandbox(QUICK, n_decoders=1, decoder=OBEDIENT) as fragile:
        fragile.decode("png", b"nap 0")
        os.kill(fragile.zygote_pid, signal.SIGSTOP)

        with pytest.raises(DecodeTooSlowError):
            fragile.decode("png", b"nap 0")

        assert (fragile.decode("png", b"nap 0").pixels == GREY).all()


@linux_only
def test_closing_leaves_no_process():
    sandbox = Sandbox(LIMITS, n_decoders=1, decoder=OBEDIENT)
    with ThreadPoolExecutor(1) as threads:
        sandbox.decode("png", b"nap 0")
        zygote = sandbox.zygote_pid
        lost = threads.submit(sandbox.decode, "png", b"nap 5")
        children = decoding(zygote)

        sandbox.close()

        assert children
        assert have_ended(zygote, *children)
        assert lost.exception(20) is not None


@linux_only
def test_a_killed_service_leaves_no_process(tmp_path):
    script = (
        "import sys, time\n"
        "from threading import Thread\n"
        "from drawings import LIMITS\n"
        "from raiox.intake.sandbox.client import Sandbox\n"
        "sandbox = Sandbox(LIMITS, 1, 'fake_decoders:obey')\n"
        "sandbox.decode('png', b'nap 0')\n"
        "Thread(target=sandbox.decode, args=('png', b'sleep'), daemon=True).start()\n"
        "print(sandbox.zygote_pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, env=environment, text=True
    ) as service:
        zygote = int(service.stdout.readline())
        children = decoding(zygote)
        service.kill()

    assert children
    assert have_ended(zygote, *children)


@pytest.mark.parametrize("min_side_px", [1, 64, 700])
def test_whatever_the_limits_a_child_can_decode_something_while_it_waits(min_side_px):
    limits = replace(LIMITS, min_side_px=min_side_px)
    with Sandbox(limits, 1) as real:
        decoded = real.decode("png", picture(phantom(700, 700), "png"))

    assert decoded.pixels.shape == (700, 700)


def test_a_spare_that_is_wanted_at_once_does_not_wait():
    service, spare = socket.socketpair()
    with service, spare:
        service.send(b"c")
        started = time.perf_counter()
        assert _arrives_soon(spare)

    assert time.perf_counter() - started < PATIENCE_MS / 1e3


def test_a_spare_that_nobody_wants_for_a_moment_may_warm_up():
    service, spare = socket.socketpair()
    with service, spare:
        assert not _arrives_soon(spare)


def test_a_decoder_that_cannot_be_loaded_is_our_mistake():
    with Sandbox(LIMITS, 1, "no_such_module:f") as broken, pytest.raises(InternalError):
        broken.decode("png", b"x")


def test_while_no_decoder_process_lives_long_enough_no_file_is_to_blame():
    with Sandbox(LIMITS, 1, OBEDIENT) as fragile:
        fragile.decode("png", b"nap 0")
        fragile._codecs = "no_such_module"  # from now on each ends as it starts
        os.kill(fragile.zygote_pid, signal.SIGKILL)

        with pytest.raises(DecodersUnavailableError):
            fragile.decode("png", b"nap 0")


def test_a_closed_sandbox_says_so():
    sandbox = Sandbox(LIMITS, n_decoders=1, decoder=OBEDIENT)
    sandbox.close()
    sandbox.close()

    with pytest.raises(RuntimeError):
        sandbox.decode("png", b"nap 0")


@linux_only
def test_many_decodes_leak_no_descriptor(sandbox):
    def descriptors():
        # What the zygote has open is not for others to see, unless they are root.
        pids = ("self", sandbox.zygote_pid) if os.geteuid() == 0 else ("self",)
        return [len(list(Path(f"/proc/{pid}/fd").iterdir())) for pid in pids]

    def all_are_reaped():
        return len(children_of(sandbox.zygote_pid)) == 4  # the spares

    sandbox.decode("png", b"nap 0")
    comes_true(all_are_reaped)
    before = descriptors()
    for order in (b"nap 0", b"refuse", b"crash") * 10:
        with suppress(DecoderCrashedError, CorruptImageError):
            sandbox.decode("png", order)
    comes_true(all_are_reaped)

    # Each order came ten times, so what leaks has leaked ten; a few may be of the moment.
    assert comes_true(
        lambda: all(now < was + 10 for now, was in zip(descriptors(), before, strict=True))
    )


def test_the_process_that_decodes_pictures_does_not_hold_the_codecs_of_dicom():
    script = (
        "import sys; from importlib import import_module; from raiox.intake import decode;"
        "import_module(decode.PICTURE_CODECS); sys.exit('pydicom' in sys.modules)"
    )

    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
