"""What a run was asked for in the environment, and the environment its processes get."""

import os
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path
from typing import Self

from voxysapps.embedded.files import RunError, generated_secret, run_dir

# Where to reach a server that listens on every address.
LOOPBACK = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 -- recognised, not bound
# Whose files are watched; the first is the default.
RELOAD = ("plugins", "all", "off")
_NO = frozenset({"0", "false", "no", "off", "n"})


@dataclass(frozen=True)
class Configuration:
    run_dir: Path
    host: str
    port: int
    host_origins: list[str]
    # Whose changed files start the processes anew: plugins', all, or nobody's ("off").
    reload: str = RELOAD[0]

    @classmethod
    def from_environment(cls) -> Self:
        port = os.environ.get("PORT") or "8000"
        if not port.isdecimal() or not 0 < int(port) < 2**16:
            raise RunError(f"PORT={port} is not a port number.")
        local = [f"http://localhost:{port}", f"http://127.0.0.1:{port}"]
        more = os.environ.get("DEMO_HOST_ORIGINS", "").replace(",", " ").split()
        return cls(
            run_dir=run_dir(),
            host=os.environ.get("HOST") or "127.0.0.1",
            port=int(port),
            host_origins=list(dict.fromkeys(local + more)),
            reload=_reload(),
        )

    @property
    def base_url(self) -> str:
        return f"http://{self._name}:{self.port}"

    @property
    def probe_host(self) -> str:
        return LOOPBACK.get(self.host, self.host)

    @property
    def own_url(self) -> str:
        """Return the address at which the processes of this run reach its server."""
        host = f"[{self.probe_host}]" if ":" in self.probe_host else self.probe_host
        return f"http://{host}:{self.port}"

    def child_environment(self) -> dict[str, str]:
        """Return the environment of every process of this run; what the operator set, wins."""
        hosts = [*os.environ.get("ALLOWED_HOSTS", "").split(","), "localhost", "127.0.0.1", "[::1]", self._name]
        defaults = {
            "DJANGO_SETTINGS_MODULE": "voxysapps.settings",
            "SECRET_KEY": os.environ.get("SECRET_KEY") or generated_secret(self.run_dir / "secret_key", length=48),
            "ENCRYPTION_KEYS": os.environ.get("ENCRYPTION_KEYS")
            or generated_secret(self.run_dir / "encryption_key", length=32),
            # The stand-in host is on this machine.
            "OUTGOING_NETWORKS": ",".join(("127.0.0.0/8", "::1/128", *self._own_networks)),
            # Another name than the stand-in host's window: to a browser another site, as in production.
            "PUBLIC_URL": self.own_url,
            # Everybody is one person at one address here, trying things out.
            "RATE_LIMIT_FACTOR": "10",
            "DEBUG": "1",
            "SIMULATOR": "1",
            "DEVELOPMENT": "1",
            "PYTHONUNBUFFERED": "1",
        }
        given = {name: value for name, value in os.environ.items() if value or name not in defaults}
        # The addresses that are printed work, whatever else is allowed.
        allowed = ",".join(dict.fromkeys(filter(None, hosts)))
        return {**defaults, **given, "RUN_DIR": str(self.run_dir), "ALLOWED_HOSTS": allowed}

    @property
    def _own_networks(self) -> list[str]:
        """Return the address that the server listens on, if it is one."""
        try:
            return [str(ip_network(self.probe_host))]
        except ValueError:
            return []

    @property
    def _name(self) -> str:
        """Return the host as it stands in an address."""
        if self.host in (*LOOPBACK, "127.0.0.1", "::1"):
            return "localhost"
        return f"[{self.host}]" if ":" in self.host else self.host


def _reload() -> str:
    """Return what is watched. Only who develops wants that: not where the run was asked to be as in production."""
    reload = os.environ.get("RELOAD") or RELOAD[0]
    if reload not in RELOAD:
        raise RunError(f"RELOAD={reload} is none of {', '.join(RELOAD)}.")
    develops = all(os.environ.get(name, "").lower() not in _NO for name in ("DEBUG", "SIMULATOR", "DEVELOPMENT"))
    return reload if develops else "off"
