"""The lab as a page, without starting it: what it is made of, who may come in, and when a kernel ends."""

from pathlib import Path

import nbformat
import pytest

from ganlib import commands
from ganlib.lab import controls, page, views

LESSON = Path(__file__).resolve().parents[2] / "notebooks" / "10_live_lab.ipynb"


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
    assert [source.splitlines()[-1] for source in code[-3:]] == ["lab", "explorer", "machine"]
    assert all(source.startswith("%%capture\n") for source in code[:-3])
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


@pytest.mark.parametrize(
    ("ip", "local"), [("127.0.0.1", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("example", False)]
)
def test_what_only_this_computer_reaches_is_local(ip, local):
    assert page.is_local(ip) is local


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (["--room"], "belong to --app"),
        (["--visitors", "3"], "belong to --app"),
        (["--app", "--visitors", "0"], "must be at least 1"),
        (["--app", "--idle", "0"], "--idle more than 0"),
        (["--app", "--idle", "nan"], "--idle more than 0"),
        (["--app", "--", "--ServerApp.ip=0.0.0.0"], "nothing goes to JupyterLab"),
    ],
)
def test_what_does_not_belong_together_is_refused(wrong, told, capsys):
    with pytest.raises(SystemExit):
        commands.main(["lab", *wrong])
    assert told in capsys.readouterr().err


def test_boxes_say_that_the_kernel_ends():
    box = controls.frame()
    assert views.ENDED not in box._dom_classes
    controls.say_that_the_kernel_ends()
    assert views.ENDED in box._dom_classes
    assert f".{views.ENDED}::before" in views.STYLE
