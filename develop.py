"""Set up and run the project on a fresh machine: Python's standard library only, on Debian and Windows.

    python3 develop.py demo [options]     see it: a shop, its tills and central, in one command
    python3 develop.py test [options]     pytest, with its options
    python3 develop.py check              ruff, mypy and import-linter
    python3 develop.py simulate [options] days of a shop with every fault, from seeds, for three minutes
    python3 develop.py setup              only make the virtual environment

Each makes .venv first (another folder with AVILEO_VENV) and installs the versions of constraints.txt in it;
where nothing changed since, that takes no time.
"""

from __future__ import annotations

import ctypes
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = Path(os.environ.get("AVILEO_VENV") or ROOT / ".venv").absolute()
PROGRAMS = VENV / ("Scripts" if sys.platform == "win32" else "bin")
PYTHON = PROGRAMS / ("python.exe" if sys.platform == "win32" else "python")
STAMP = VENV / "avileo-setup"

CHECKS = (("ruff", "check"), ("ruff", "format", "--check"), ("mypy",), ("lint-imports", "--no-logo"))
# More processes than this would wait for each other's PostgreSQL; one that crashes ends the run, as a new one may hang.
WHOLE_SUITE = ("--numprocesses=auto", "--maxprocesses=4", "--dist=loadfile", "--max-worker-restart=0")

# Always from the first seed: whether a change is sound must not depend on the day on which it is asked.
A_GLANCE = ("--minutes", "3", "--seeds", "100000")

# What the wheels of Qt take from the system, and Debian's package that holds it.
QT_LIBRARIES = {
    "libGL.so.1": "libgl1",
    "libEGL.so.1": "libegl1",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libxkbcommon.so.0": "libxkbcommon0",
}
QT_LIBRARIES_FOR_A_DISPLAY = {
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
}

# What the tests of central's pages are run in, and Debian's package that holds it.
BROWSER_PROGRAMS = {"chromium": "chromium", "chromedriver": "chromium-driver"}


class CannotSetUp(Exception):  # noqa: N818 - the name says what happened
    """Trouble of the machine that the person can mend; the message says how."""


def main(arguments: list[str]) -> int:
    command, options = (arguments[0], arguments[1:]) if arguments else ("", [])
    if command not in COMMANDS:
        print(__doc__.strip())
        return 0 if command in {"-h", "--help"} else 2
    try:
        set_up()
        return COMMANDS[command](options)
    except (CannotSetUp, OSError) as trouble:
        print(f"develop.py: {trouble}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def setup(_options: list[str]) -> int:
    print(f"Ready: {VENV}")
    return 0


def demo(options: list[str]) -> int:
    return run("avileo-pos", "--demo", *options)


def test(options: list[str]) -> int:
    install_a_browser()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    return run("pytest", *(options or WHOLE_SUITE))


def check(_options: list[str]) -> int:
    failed = [" ".join(tool) for tool in CHECKS if run(*tool) != 0]
    print(f"Failed: {', '.join(failed)}" if failed else "All checks passed.")
    return 1 if failed else 0


def simulate(options: list[str]) -> int:
    return run("python", "-m", "tests.simulation", *(options or A_GLANCE))


COMMANDS = {"demo": demo, "test": test, "check": check, "simulate": simulate, "setup": setup}


def run(program: str, *options: str) -> int:
    """Run an installed program in the project's folder and give back its exit code."""
    installed = shutil.which(program, path=str(PROGRAMS))
    if installed is None:
        raise CannotSetUp(f"{program} is missing from {VENV}; delete that folder and try again.")
    print(f"$ {' '.join((program, *options))}", flush=True)
    return subprocess.run([installed, *options], cwd=ROOT).returncode


def set_up() -> None:
    refuse_an_old_python()
    install_system_packages()
    if is_current():
        return
    make_virtual_environment()
    install_project()
    STAMP.write_text(fingerprint(), encoding="utf-8")


def refuse_an_old_python() -> None:
    if sys.version_info < (3, 11):
        raise CannotSetUp(f"Python 3.11 or newer is needed, and this is {sys.version.split()[0]}.")


def is_current() -> bool:
    return PYTHON.exists() and STAMP.exists() and STAMP.read_text(encoding="utf-8") == fingerprint()


def fingerprint() -> str:
    """Changes when the packages, their versions or this Python do."""
    contents = hashlib.sha256(sys.version.encode())
    for name in ("pyproject.toml", "constraints.txt"):
        contents.update((ROOT / name).read_bytes())
    return contents.hexdigest()


# --- The system ------------------------------------------------------------------------------------------------------


def install_system_packages() -> None:
    missing = missing_system_packages()
    if not missing:
        return
    names = " ".join(missing)
    if shutil.which("apt-get") is None:
        raise CannotSetUp(f"this system lacks what Debian calls {names}; install them, then try again.")
    print(f"Installing system packages: {names}", flush=True)
    # Old lists may still name what is needed, so a machine without network goes on to the installation.
    apt_get("update", "-qq")
    if apt_get("install", "-y", "-qq", "--no-install-recommends", *missing) != 0:
        raise CannotSetUp(f"could not install {names}. As root: apt-get install {names}")


def install_a_browser() -> None:
    """Without one the tests that need it are left out, and pytest says so."""
    missing = [package for program, package in BROWSER_PROGRAMS.items() if shutil.which(program) is None]
    if not missing or not sys.platform.startswith("linux") or shutil.which("apt-get") is None:
        return
    print(f"Installing a browser for the tests: {' '.join(missing)}", flush=True)
    apt_get("update", "-qq")
    apt_get("install", "-y", "-qq", "--no-install-recommends", *missing)


def missing_system_packages() -> list[str]:
    if not sys.platform.startswith("linux"):
        return []
    libraries = dict(QT_LIBRARIES)
    if os.environ.get("DISPLAY"):
        libraries.update(QT_LIBRARIES_FOR_A_DISPLAY)
    missing = [package for library, package in libraries.items() if not loads(library)]
    if importlib.util.find_spec("ensurepip") is None:
        missing.insert(0, "python3-venv")
    return missing


def loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def apt_get(*options: str) -> int:
    command = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", *options]
    if os.geteuid() != 0:
        if shutil.which("sudo") is None:
            return 1
        command.insert(0, "sudo")
    return subprocess.run(command).returncode


# --- The virtual environment -----------------------------------------------------------------------------------------


def make_virtual_environment() -> None:
    if runs_this_python():
        return
    if VENV.exists() and any(VENV.iterdir()) and not (VENV / "pyvenv.cfg").exists():
        raise CannotSetUp(f"{VENV} holds something else than a virtual environment; name another with AVILEO_VENV.")
    print(f"Making {VENV}", flush=True)
    if subprocess.run([sys.executable, "-m", "venv", "--clear", str(VENV)]).returncode != 0:
        raise CannotSetUp(f"could not make {VENV}; is there room, and may you write there?")


def runs_this_python() -> bool:
    """Whether the environment has pip and the same Python, up to the minor version, as this program."""
    if not PYTHON.exists():
        return False
    question = "import sys, pip; print(sys.version_info[:2])"
    answer = subprocess.run([str(PYTHON), "-c", question], capture_output=True, text=True)
    return answer.stdout.strip() == str(tuple(sys.version_info[:2]))


def install_project() -> None:
    print("Installing the project and its packages; the first time takes some minutes.", flush=True)
    # First the pinned installers: the pip that comes with Python may not know dependency groups, and a build
    # that uses the setuptools of this environment needs no network once everything is there.
    pip_install("pip", "setuptools")
    pip_install("--editable", ".[till,server]", "--group", "dev", "--no-build-isolation")


def pip_install(*what: str) -> None:
    command = [str(PYTHON), "-m", "pip", "--quiet", "--no-input", "install", "--constraint", "constraints.txt", *what]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode != 0:
        raise CannotSetUp(f"pip could not install the packages; is there a network? It said:\n{done.stdout.strip()}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
