"""Serving an application with Granian, or a folder with nginx, for as long as it is measured."""

import getpass
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
STARTS_WITHIN = 30  # seconds
THREADS = 4  # a worker process, each with a connection to the database

NGINX = """
user {user};
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/nginx.log;
events {{ worker_connections 256; }}
http {{
  access_log off;
  sendfile on;
  keepalive_requests 1000000;
  open_file_cache max=100;
  client_body_temp_path {folder}/nginx-body;
  proxy_temp_path {folder}/nginx-proxy;
  fastcgi_temp_path {folder}/nginx-fastcgi;
  uwsgi_temp_path {folder}/nginx-uwsgi;
  scgi_temp_path {folder}/nginx-scgi;
  proxy_cache_path {folder}/nginx-cache keys_zone=pages:1m use_temp_path=off;
  server {{
    listen 127.0.0.1:{port};
    location /stories/ {{
      proxy_pass http://127.0.0.1:{behind};
      proxy_set_header Host $http_host;
      proxy_cache pages;
      proxy_cache_lock on;
      proxy_cache_bypass $cookie_session;
      proxy_no_cache $cookie_session;
      add_header Cache-Status $upstream_cache_status;
    }}
    location /preview.html {{ root {folder}; }}
  }}
}}
"""


def free_port() -> int:
    """Return a port of this machine that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def run_module(module: str, environment: Mapping[str, str]) -> str:
    """Run a module of the project to its end and return what it printed.

    Raises RuntimeError with all of that where it failed.
    """
    run = subprocess.run(
        [sys.executable, "-m", module], env=environment, cwd=ROOT, capture_output=True, text=True
    )
    if run.returncode:
        raise RuntimeError(f"{module} failed:\n{run.stdout}{run.stderr}")
    return run.stdout


@contextmanager
def granian(
    application: str, *, port: int, workers: int, environment: Mapping[str, str]
) -> Iterator[None]:
    """Serve a WSGI application on this machine."""
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--no-ws"]
    command += ["--host", "127.0.0.1", "--port", str(port), "--log-level", "warning"]
    command += ["--workers", str(workers), "--blocking-threads", str(THREADS), application]
    log = Path(environment["BENCH_FOLDER"]) / f"granian-{port}.log"
    with _running(command, port=port, log=log, environment=environment):
        yield


def find_nginx() -> str | None:
    """Return where nginx is; Debian keeps it where only root looks."""
    return shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")


@contextmanager
def nginx(*, port: int, behind: int, folder: Path) -> Iterator[None]:
    """Serve the newspaper on port `behind` through a shared cache, and the folder's files."""
    configuration = folder / "nginx.conf"
    configuration.write_text(
        NGINX.format(folder=folder, port=port, behind=behind, user=getpass.getuser())
    )
    command = [find_nginx() or "nginx", "-c", str(configuration), "-g", "daemon off;"]
    with _running(command, port=port, log=folder / "nginx.out", environment=None):
        yield


@contextmanager
def _running(
    command: Sequence[str], *, port: int, log: Path, environment: Mapping[str, str] | None
) -> Iterator[None]:
    with log.open("w") as output:
        process = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=output, stderr=output)
        try:
            _wait_for(process, port, log)
            yield
        finally:
            process.terminate()
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait_for(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    give_up_at = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < give_up_at:
        if process.poll() is not None:
            break
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError(f"Nothing answers on port {port}: {log.read_text()[-2000:]}")
