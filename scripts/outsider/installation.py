"""A product that somebody installs from its wheel, in an environment and a folder that have nothing of the checkout."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# All that the wheel is made of; what an earlier build left behind is not taken along.
SOURCES = ("pyproject.toml", "setup.py", "README.md", "voxysapps", "tenants", "panels", "templates")
NOISE = shutil.ignore_patterns("__pycache__", "*.pyc", "*.egg-info")
_LAST_LINES = 25


class Failed(Exception):
    """Something an outsider does went wrong; the sentence says what, and what was said about it."""


class Installation:
    """`folder` is the outsider's, and empty at first; everything lies below one temporary folder."""

    def __init__(self, base: Path) -> None:
        self.folder = base / "empty"
        self.folder.mkdir()
        self._base = base
        self._bin = base / "venv" / "bin"
        kept = ("PATH", "HOME", "LANG", "TMPDIR", "BROWSER_PATH", "CHROMIUM")
        self.env = {
            name: value for name, value in os.environ.items() if name in kept or name.startswith(("PIP_", "SSL_"))
        }
        self.env["PATH"] = f"{self._bin}:{self.env.get('PATH', '')}"

    def build_wheel(self) -> Path:
        """Return a wheel of the product as it is in this checkout."""
        source, wheels = self._base / "source", self._base / "wheels"
        source.mkdir()
        for path in (*(ROOT / name for name in SOURCES), *ROOT.glob("requirements*.txt")):
            if path.is_dir():
                shutil.copytree(path, source / path.name, ignore=NOISE)
            else:
                shutil.copy(path, source)
        # With the setuptools of the checkout, so that nothing is downloaded for it.
        options = ("--no-deps", "--no-build-isolation", "--wheel-dir", str(wheels))
        self.run([sys.executable, "-m", "pip", "wheel", "--quiet", *options, str(source)], seconds=120)
        (wheel,) = wheels.glob("voxysapps-*.whl")
        return wheel

    def make_environment(self, wheel: Path) -> None:
        """Make a fresh environment with the product in it."""
        self.run([sys.executable, "-m", "venv", str(self._bin.parent)], seconds=120)
        self.pip_install(f"{wheel}[demo,testing]")

    def pip_install(self, *what: str) -> None:
        """Install it from where pip is told to look on this machine."""
        options = ("--quiet", "--no-input", "--disable-pip-version-check")
        self.run([str(self._bin / "python"), "-m", "pip", "install", *options, *what], seconds=400)

    def run(self, command: list[str], *, seconds: float, within: str = "") -> str:
        """Run the command in the folder, or `within` it; return what it prints. Raises `Failed`."""
        try:
            done = subprocess.run(
                command,
                cwd=self.folder / within,
                env=self.env,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                timeout=seconds,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise Failed(f"“{_short(command)}” takes longer than {seconds:.0f} seconds.") from None
        except FileNotFoundError:
            raise Failed(f"There is no “{command[0]}”.") from None
        if done.returncode:
            raise Failed(f"“{_short(command)}” ended with {done.returncode}:\n{_tail(done.stdout)}")
        return done.stdout

    @contextmanager
    def running(self, port: int, *, seconds: float = 120) -> Iterator[Path]:
        """Let `voxysapps run` serve within the block; yield its state.json. Raises `Failed`."""
        log = self._base / "run.log"
        with log.open("w", encoding="utf-8") as output:
            process = subprocess.Popen(
                ["voxysapps", "run"],  # noqa: S607 - the one on the environment's path
                cwd=self.folder,
                env={**self.env, "PORT": str(port)},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            give_up = time.monotonic() + seconds
            while "Ctrl-C stops" not in log.read_text(encoding="utf-8"):
                if process.poll() is not None or time.monotonic() > give_up:
                    raise Failed(f"“voxysapps run” does not serve:\n{_tail(log.read_text(encoding='utf-8'))}")
                time.sleep(0.1)
            yield self.folder / ".run" / "state.json"
        finally:
            _stop(process)


@contextmanager
def new_installation() -> Iterator[Installation]:
    """Yield an installation that is removed afterwards."""
    with tempfile.TemporaryDirectory(prefix="voxys-outsider-") as base:
        yield Installation(Path(base))


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()  # its guard ends what it started
        process.wait()


def _short(command: list[str]) -> str:
    return " ".join(Path(word).name if "/" in word else word for word in command)


def _tail(text: str) -> str:
    return "\n".join(text.rstrip().splitlines()[-_LAST_LINES:])
