"""The lab as a page, without starting it: what it is made of, who may come in, and when a kernel ends."""

import asyncio
import contextlib
import http.client
import re
import socket
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from helpers.lab_page import free_port, served

from ganlib import commands
from ganlib.lab import controls, page, theme

LESSON = Path(__file__).resolve().parents[2] / "notebooks" / "10_live_lab.ipynb"

PORTS = ["99999", "65536", "0", "-1", "", "1.5", "8e3", "٣", "9" * 5000]
KERNEL = "/api/kernels/00000000-0000-0000-0000-000000000000"
SOCKET = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "eA=="}
STYLE = "/voila/static/index.css"
REQUESTS = [
    ("GET", "/", {}),
    ("HEAD", "/", {}),
    ("GET", "/no-such-page", {}),
    ("GET", STYLE, {}),
    ("GET", KERNEL, {}),
    ("DELETE", KERNEL, {}),
    ("POST", f"{KERNEL}/restart", {}),
    ("GET", f"{KERNEL}/channels", SOCKET),
    ("POST", f"/voila/api/shutdown/{KERNEL[13:]}", {}),
    ("GET", "/voila/files/x", {}),
    ("POST", "/login", {}),
]
FOREIGN = ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "evil-localhost", "127.0.0.1."]


class Unserved(page.LabPage):
    """Remembers how it was set, and does not listen."""

    made = None

    def initialize(self, argv=None):
        Unserved.made = self
        self.notebook = nbformat.read(self.notebook_path, as_version=4)

    def start(self):
        pass


@pytest.fixture
def made(monkeypatch):
    """Serve by a command line and give the page that would have been served."""
    monkeypatch.setattr(commands.environment, "stand", lambda arguments: None)
    monkeypatch.setattr(page, "LabPage", Unserved)

    def serve(*arguments):
        assert commands.main(["lab", "--app", "--no-browser", *arguments]) == 0
        return Unserved.made

    return serve


def test_the_page_has_the_lab_the_explorer_and_the_time_machine_of_lesson_10():
    cells = page.page_of(nbformat.read(LESSON, as_version=4)).cells
    code = [cell.source for cell in cells if cell.cell_type == "code"]
    assert [source.splitlines()[-1] for source in code[-4:]] == ["lab", "explorer", "machine", "follow(lab)"]
    assert all(source.startswith("%%capture\n") for source in (*code[:-4], code[-1]))
    headings = [cell.source for cell in cells if cell.cell_type == "markdown"][1:]
    assert headings == ["## The lab", "## The latent explorer", "## The time machine"]
    assert not any("wait(" in source or "close()" in source for source in code)


def test_it_listens_on_this_computer_only_unless_told_otherwise(made):
    served = made()
    assert served.ip == "127.0.0.1"
    assert served.token == ""
    assert served.address == "http://127.0.0.1:8866/"
    assert not served.shows


@pytest.mark.parametrize("arguments", [["--room"], ["--ip", "192.0.2.7"], ["--room", "--token", ""]])
def test_opened_to_others_it_asks_for_a_token_that_is_new_each_time(made, arguments):
    served = made(*arguments)
    assert served.ip == {"--room": "0.0.0.0"}.get(arguments[0], "192.0.2.7")
    assert len(served.token) >= 12
    assert served.address.endswith(f"/?token={served.token}")
    assert made(*arguments).token != served.token


def test_the_token_the_port_and_the_limits_can_be_chosen(made):
    served = made("--room", "--token", "seven-digits", "--port", "9000", "--visitors", "3", "--idle", "5")
    assert (served.token, served.port, served.visitors, served.minutes) == ("seven-digits", 9000, 3, 5)
    assert served.config.MappingKernelManager.cull_idle_timeout == 300


def test_idle_kernels_are_ended_though_their_page_is_open_and_no_file_is_served():
    settings = page.configuration(20, "")
    assert settings.MappingKernelManager.cull_idle_timeout == 1200
    assert settings.MappingKernelManager.cull_interval == 60
    assert settings.MappingKernelManager.cull_connected is True
    assert settings.VoilaConfiguration.file_allowlist == []


class Kernels:
    """Kernels and how many browsers are connected to each; remembers which were interrupted."""

    def __init__(self):
        self.connections, self.interrupted = {}, []

    def list_kernel_ids(self):
        return list(self.connections)

    def kernel_model(self, kernel):
        return {"connections": self.connections[kernel]}

    async def interrupt_kernel(self, kernel):
        self.interrupted.append(kernel)


@pytest.mark.parametrize(
    ("visits", "paused"),
    [
        ([0, 0, 0, 0, 0], None),  # the cells of the page still run
        ([0, 1, 1, 1, 1], None),
        ([1, 0, 1, 0, 1], None),  # a network that comes and goes
        ([1, 0, 0, 0, 0], 2),  # once, not again
        ([1, 0, None, None, None], None),  # ended
        ([1, 0, 0, 1, 1], 2),
        ([2, 1, 0, 1, 0], None),
    ],
)
def test_a_kernel_that_lost_its_visitor_is_interrupted_once(made, visits, paused):
    served, kernels = made(), Kernels()
    served.kernel_manager = kernels
    for look, connections in enumerate(visits):
        kernels.connections = {"other": 1} | ({} if connections is None else {"this": connections})
        asyncio.run(served.pause_deserted())
        assert kernels.interrupted == (["this"] if paused is not None and look >= paused else [])


@pytest.mark.parametrize(
    ("ip", "local"), [("127.0.0.1", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("example", False)]
)
def test_what_only_this_computer_reaches_is_local(ip, local):
    assert page.is_local(ip) is local


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (["--room"], "belong to --app"),
        (["--app", "--room", "--ip", "127.0.0.1"], "both say who gets in"),
        (["--visitors", "3"], "belong to --app"),
        (["--app", "--visitors", "0"], "must be at least 1"),
        (["--app", "--idle", "0"], "--idle more than 0"),
        (["--app", "--idle", "nan"], "--idle more than 0"),
        (["--app", "--idle", "inf"], "at most a year"),
        (["--app", "--idle", "1e308"], "at most a year"),
        (["--app", "--ip", ""], "--ip must be an address"),
        *[(["--app", "--port", port], "a port is a whole number from 1 to 65535") for port in PORTS],
        *[(["--port", port], "a port is a whole number from 1 to 65535") for port in PORTS],
        (["--app", "--", "--ServerApp.ip=0.0.0.0"], "nothing goes to JupyterLab"),
    ],
)
def test_what_does_not_belong_together_is_refused(wrong, told, capsys):
    with pytest.raises(SystemExit) as refusal:
        commands.main(["lab", *wrong])
    assert refusal.value.code == 2
    assert told in capsys.readouterr().err


@contextlib.contextmanager
def answering(*arguments):
    """Serve the page and give a function that asks for something under the name of a host, and the port."""
    port = free_port()
    command = [sys.executable, "-m", "ganlib", "lab", "--app", "--no-browser", f"--port={port}", *arguments]
    with served(command, f"http://127.0.0.1:{port}/no-such-page"):

        def ask(host, method="GET", path="/no-such-page", headers=()):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
            connection.putrequest(method, path, skip_host=True)
            for name, value in {"Host": host, "Content-Length": "0", **dict(headers)}.items():
                connection.putheader(name, value)
            connection.endheaders()
            return connection.getresponse().status

        yield ask, port


def test_a_page_elsewhere_that_lets_its_name_lead_here_gets_nothing():
    with answering() as (ask, port):
        for host in [*FOREIGN, "192.0.2.7", "0.0.0.0"]:
            for request in REQUESTS:
                assert ask(f"{host}:{port}", *request) == 403, (host, request)
        for host in ("127.0.0.1", "localhost", "LocalHost", "[::1]"):
            for name in (host, f"{host}:{port}"):
                assert ask(name) == 404, name
                assert ask(name, "GET", STYLE) == 200, name
                assert ask(name, "GET", KERNEL) == 404, name


def test_a_room_is_answered_by_the_names_that_lead_to_it_and_no_other():
    with answering("--room", "--token=seven") as (ask, port):
        for host in FOREIGN:
            for method, path, headers in REQUESTS:
                told = headers | {"Authorization": "token seven"}
                assert ask(f"{host}:{port}", method, path, told) == 403, (host, method, path)
        for host in (page._outside(), socket.gethostname(), "localhost", "127.0.0.1", "192.0.2.7"):
            assert ask(f"{host}:{port}", headers={"Authorization": "token seven"}) == 404, host
            assert ask(f"{host}:{port}") == 302, host


def test_a_name_that_was_chosen_to_be_listened_on_is_answered(made):
    served = made("--ip", "Teacher.school.example")
    assert served.serves("teacher.school.example:8866")
    assert not served.serves("other.school.example")


@pytest.mark.parametrize(
    ("arguments", "address"),
    [
        (["--ip", "::1"], "http://[::1]:8866/"),
        (["--ip", "192.0.2.7", "--token", "a b&c=é/#"], "http://192.0.2.7:8866/?token=a%20b%26c%3D%C3%A9%2F%23"),
    ],
)
def test_the_address_that_is_printed_can_be_opened(made, arguments, address):
    assert made(*arguments).address == address


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"lesson": 5}, "lesson must be the name of a file"),
        ({"lesson": "no such.ipynb"}, "is not a notebook that can be read"),
        ({"lesson": Path(__file__)}, "is not a notebook that can be read"),
        ({"lesson": LESSON.parent}, "is not a notebook that can be read"),
        ({"port": 99999}, "port must be a whole number from 1 to 65535"),
        ({"port": None}, "port must be a whole number"),
        ({"visitors": 0}, "visitors must be a whole number"),
        ({"idle": float("nan")}, "idle must be a number"),
        ({"ip": ""}, "ip must be an address"),
        ({"ip": 5}, "ip must be an address"),
        ({"token": 5}, "token must be text"),
    ],
)
def test_code_that_serves_wrongly_is_told_so_in_a_sentence(wrong, told):
    with pytest.raises(ValueError, match=told):
        page.serve(**{"lesson": LESSON, **wrong})


@pytest.mark.parametrize("ip", ["192.0.2.7", "no-such-name.invalid"])
def test_an_address_that_is_none_of_this_computer_is_one_sentence_and_exit_code_2(ip):
    command = [sys.executable, "-m", "ganlib", "lab", "--app", "--no-browser", "--ip", ip]
    answer = subprocess.run([*command, f"--port={free_port()}"], capture_output=True, text=True)
    assert answer.returncode == 2
    assert re.fullmatch(r"The page cannot be served: [^\n]+\n", answer.stderr)


def test_boxes_say_that_the_kernel_ends():
    box = controls.frame()
    assert theme.ENDED not in box._dom_classes
    controls.say_that_the_kernel_ends()
    assert theme.ENDED in box._dom_classes
    assert f".{theme.ENDED}::before" in theme.STYLE
