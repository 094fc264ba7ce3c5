"""Flows taken away: a file makes the pictures of Python from the same noise, and its card says in how many steps."""

import numpy as np
import onnxruntime
import pytest
from helpers import families
from networks import randomise

from ganlib import builders, commands
from ganlib._tensorflow import keras
from ganlib.export import ExportError, scores, to_dl4j, to_keras, to_onnx, to_web
from ganlib.models.flow import FlowMatching, PlaneFlow
from ganlib.setup import environment

ASKED = np.arange(7) % 10
TOLD = np.eye(10, dtype=np.float32)[ASKED]


@pytest.fixture(scope="module")
def flow():
    flow = families.flow()
    randomise(flow.averaged)
    flow.averaged.get_layer("velocity").kernel.assign(keras.random.normal((2, 2, 1, 8), seed=1))
    return flow


def run_onnx(path, **inputs):
    return onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"]).run(None, inputs)[0]


def test_an_onnx_file_of_all_steps_makes_the_pictures_of_python(flow, tmp_path):
    how = {"evaluations": 6, "guidance": 2.5}
    noise, path = flow.noise(7, seed=5), to_onnx(flow, tmp_path / "flow.onnx", **how)
    pictures = flow.pictures_of(noise, ASKED, **how)
    assert pictures.std() > 0.1
    np.testing.assert_allclose(run_onnx(path, noise=noise, digit=TOLD), pictures, atol=1e-4)
    one = run_onnx(path, noise=noise[:1], digit=TOLD[:1])
    np.testing.assert_allclose(one, pictures[:1], atol=1e-4)
    card = (tmp_path / "flow.onnx.card.md").read_text(encoding="utf-8")
    assert "6 evaluations of the velocity, method midpoint, guidance 2.5. These are fixed in the file." in card
    assert "noise: float32 (n, 8, 8, 1); digit: float32 (n, 10)" in card


def test_an_onnx_file_of_one_look_says_the_velocity(flow, tmp_path):
    path, places = to_onnx(flow, tmp_path / "look.onnx", part="velocity"), flow.noise(7)
    time = np.full((7, 1), 0.3, np.float32)
    said = run_onnx(path, place=places, time=time, digit=TOLD)
    np.testing.assert_allclose(said, flow.velocities(places, 0.3, ASKED), atol=1e-4)
    assert "Guidance g towards a digit is left to you" in (tmp_path / "look.onnx.card.md").read_text(encoding="utf-8")


def test_a_keras_file_needs_no_class_of_ours_and_its_card_runs(flow, tmp_path, monkeypatch):
    path = to_keras(flow, tmp_path / "flow.keras", evaluations=2)
    noise = flow.noise(7)
    made = keras.saving.load_model(path, compile=False)([noise, TOLD])
    np.testing.assert_allclose(made, flow.pictures_of(noise, ASKED, evaluations=2), atol=1e-5)
    card = (tmp_path / "flow.keras.card.md").read_text(encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    exec(card.partition("```python\n")[2].partition("\n```")[0], {})


def test_points_flow_in_onnx_too(tmp_path):
    flow = PlaneFlow(seed=0)
    noise = flow.noise(9)
    how = {"evaluations": 3, "method": "euler"}
    made = run_onnx(to_onnx(flow, tmp_path / "points.onnx", **how), noise=noise)
    np.testing.assert_allclose(made, flow.pictures_of(noise, **how), atol=1e-4)


@pytest.mark.parametrize("part", ["sampler", "velocity"])
def test_what_cannot_run_a_flow_says_so_and_where_to_go(flow, tmp_path, part):
    with pytest.raises(ExportError, match="Deeplearning4j cannot hold") as error:
        to_dl4j(flow, tmp_path / "flow.h5", part=part)
    assert "\n" not in str(error.value)
    with pytest.raises(ExportError, match=r"The page steers one latent vector.*export it to ONNX instead\.$"):
        to_web(flow, tmp_path / "flow.html")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ({"evaluations": 5}, "a multiple of 2 for 'midpoint', not 5"),
        ({"part": "velocity", "guidance": 2}, "guidance is for the sampler of a flow, and this is the velocity"),
        ({"part": "generator"}, "no part 'generator': choose one of sampler, velocity"),
    ],
)
def test_what_does_not_fit_a_flow_is_refused(flow, tmp_path, how, words):
    with pytest.raises(ValueError, match=words):
        to_onnx(flow, tmp_path / "flow.onnx", **how)


def test_a_flow_that_is_told_no_digit_has_no_guidance_and_a_gan_no_sampler(gan, tmp_path):
    told_nothing = FlowMatching(velocity=builders.build_velocity_unet((8, 8, 1), 8))
    with pytest.raises(ValueError, match="this flow cannot be asked"):
        told_nothing.sampler(guidance=2)
    with pytest.raises(ExportError, match="evaluations is for the sampler of a flow, and this is the generator"):
        to_keras(gan, tmp_path / "g.keras", evaluations=4)


def test_the_card_judges_what_the_file_makes_asked_for_all_digits(flow, monkeypatch):
    asked = {}

    def generate(n, seed, **how):
        asked.update(how)
        raise ValueError("enough")

    monkeypatch.setattr(flow, "generate", generate)
    with pytest.raises(ValueError, match="enough"):
        scores.judge_model(flow, evaluations=4)
    assert asked["evaluations"] == 4
    assert list(asked["digits"][:11]) == [*range(10), 0]


def test_a_run_of_a_flow_is_exported_from_the_command_line(graph, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(environment, "stand", lambda arguments: None)
    flow = families.build("flow")
    families.train(flow, "flow", 2, run=tmp_path / "run")
    out = tmp_path / "flow.keras"
    order = ["export", str(flow.run.path), "--format", "keras", "--out", str(out), "--evaluations", "2"]
    assert commands.main([*order, "--guidance", "2"]) == 0
    assert "the sampler for Keras 3" in capsys.readouterr().out
    noise = flow.noise(7)
    made = keras.saving.load_model(out, compile=False)([noise, TOLD])
    np.testing.assert_allclose(made, flow.pictures_of(noise, ASKED, evaluations=2, guidance=2), atol=1e-4)
    assert commands.main([*order[:3], "gif", "--out", str(tmp_path / "film.gif")]) == 0
    with pytest.raises(SystemExit):
        commands.main([*order[:3], "gif", "--out", str(tmp_path / "film.gif"), "--method", "euler"])
    assert "--method has no meaning for --format gif" in capsys.readouterr().err
