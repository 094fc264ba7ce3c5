"""The set-up uses the wheels of a hand-out where they serve this computer, and says so where they do not."""

import sys

import pytest

from ganlib.setup import environment, wheels

HERE = sys.version_info[:2]


@pytest.fixture
def with_wheels(kit):
    """A kit whose wheels serve the computers that `serve` names."""

    def serve(*targets):
        (kit / wheels.FOLDER).mkdir(exist_ok=True)
        (kit / wheels.FOLDER / wheels.TARGETS).write_text("\n".join(targets), encoding="utf-8")
        return kit

    return serve


@pytest.mark.parametrize(
    ("system", "machine", "name"),
    [("Linux", "x86_64", "linux-3.12"), ("Windows", "AMD64", "windows-3.12"), ("Darwin", "x86_64", None)],
)
def test_a_kind_of_computer_has_a_name_if_tensorflow_has_wheels_for_it(system, machine, name):
    assert wheels.target((3, 12, 1), system, machine) == name


def test_wheels_are_used_where_they_serve_this_computer_and_this_python(with_wheels, kit):
    assert wheels.usable(kit, HERE) is None
    assert wheels.usable(with_wheels("windows-3.0", wheels.target(HERE)), HERE) == kit / "wheels"
    assert wheels.usable(kit, (3, 0)) is None


@pytest.mark.parametrize("uv", [None, "/opt/uv"])
def test_the_installer_takes_nothing_from_the_network_then(with_wheels, monkeypatch, uv):
    kit, calls = with_wheels(wheels.target(HERE)), []
    monkeypatch.setattr(environment, "_run", lambda name, command: calls.append(command))
    monkeypatch.setattr(environment, "venv_version", lambda venv: HERE)
    monkeypatch.setattr(environment, "installed_version", lambda *_: "24.0")
    environment._install(kit, kit / ".venv", cuda=False, uv=uv)
    assert calls[-1][-3:] == ["--no-index", "--find-links", str(kit / "wheels")]


def test_a_card_does_not_ask_for_cuda_where_the_wheels_are_without_it(with_wheels, kit, monkeypatch):
    monkeypatch.setattr(environment, "has_cuda_wheels", lambda: True)
    monkeypatch.setattr(environment, "nvidia_cards", lambda: ["a card"])
    assert environment.wants_cuda(kit, HERE, None)
    assert not environment.wants_cuda(with_wheels(wheels.target(HERE)), HERE, None)


def test_wheels_for_another_python_are_told_before_the_network_is_tried(with_wheels, monkeypatch, capsys):
    kit = with_wheels("windows-3.0")
    monkeypatch.setattr(environment, "_run", lambda name, command: (_ for _ in ()).throw(environment.SetupError(name)))
    with pytest.raises(environment.SetupError, match="venv"):
        environment.build(kit)
    said = capsys.readouterr().err
    assert f"The wheels here are for windows-3.0, and this is {wheels.target(HERE)}: trying the network." in said
