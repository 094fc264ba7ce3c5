"""What every export promises: compared before it is kept, nothing half written, a card beside it, plain refusals."""

import errno
import re
import sys
import zipfile
from html.parser import HTMLParser
from urllib.parse import unquote

import numpy as np
import pytest

from ganlib import GAN
from ganlib._tensorflow import keras
from ganlib.data import load_mnist
from ganlib.export import ExportError, delivery, scores, to_dl4j, to_gif, to_keras, to_onnx, to_web
from ganlib.export.card import in_code, name_data, training
from ganlib.export.source import PROBES, probes
from ganlib.judge import Judge
from ganlib.models import load_run
from ganlib.models.autoencoder import Autoencoder
from ganlib.models.boltzmann import RestrictedBoltzmannMachine
from ganlib.models.variational import VariationalAutoencoder
from ganlib.training.model import fingerprint

layers = keras.layers


def files_in(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_keras_file_says_what_the_generator_says_and_needs_no_class_of_ours(gan, tmp_path):
    path = to_keras(gan, tmp_path / "g.keras")
    latent = gan.latent_vectors(9)
    network = keras.saving.load_model(path, compile=False)
    np.testing.assert_allclose(network(latent, training=False), gan.pictures_of(latent), atol=1e-6)
    assert b"ganlib" not in zipfile.ZipFile(path).read("config.json")


def test_the_discriminator_can_be_taken_away_too(gan, tmp_path):
    network = keras.saving.load_model(to_keras(gan, tmp_path / "d.keras", part="discriminator"), compile=False)
    pictures = gan.generate(9)
    np.testing.assert_allclose(network(pictures), gan.discriminator(pictures), atol=1e-6)


def test_the_averaged_weights_are_those_that_go_into_the_file(tmp_path):
    from helpers import tiny

    gan = tiny.build_gan(ema_decay=0.9)
    for weight in gan.averaged_generator.weights:
        weight.assign(weight + 0.1)
    network = keras.saving.load_model(to_keras(gan, tmp_path / "g.keras"), compile=False)
    np.testing.assert_array_equal(network.weights[0], gan.averaged_generator.weights[0])


def test_an_autoencoder_gives_its_decoder_and_on_demand_its_encoder(tmp_path):
    model = Autoencoder(code=4, hidden=(8,))
    assert keras.saving.load_model(to_keras(model, tmp_path / "a.keras")).input_shape == (None, 4)
    assert keras.saving.load_model(to_keras(model, tmp_path / "b.keras", part="encoder")).output_shape == (None, 4)


def test_the_line_that_is_printed_says_what_the_file_does_not_hold(gan, tmp_path, capsys):
    to_keras(gan, tmp_path / "g.keras")
    printed = capsys.readouterr().out
    assert printed.count("\n") == 1
    assert re.search(
        r"g\.keras: the generator for Keras 3, [\d.]+ kB\. Not in the file: .*optimizers, random state", printed
    )


def test_the_card_tells_file_training_scores_and_versions(run, tmp_path):
    model = load_run(run)
    to_keras(model, tmp_path / "g.keras")
    card = (tmp_path / "g.keras.card.md").read_text(encoding="utf-8")
    for row in (
        "| steps | 40 |",
        "| g_learning_rate | 0.0002 |",
        "| data | checksum 0123abcd |",
        "| batch size | 8 |",
    ):
        assert row in card
    assert f"| keras | {keras.__version__} |" in card
    assert "float32 (n, 4)" in card
    assert "does not hold" in card
    assert 'load_model("g.keras")' in card


ODD_NAMES = ['say "x"', "a\nb", "a\rb", "a\\b", "a\\", "{name}", "'", "%41", "ö", "<b>", "`" * 3, "\udcff"]


@pytest.mark.parametrize("name", [f"{odd}.keras" for odd in ODD_NAMES])
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such names")
def test_the_code_of_the_card_finds_the_file_whatever_its_name_is(gan, tmp_path, name, monkeypatch):
    to_keras(gan, tmp_path / name)
    card = delivery.card_path(tmp_path / name).read_text(encoding="utf-8")
    title, _, code = card.partition("```python\n")
    assert title.count("\n") == title.replace("\r", "\n").count("\n")
    assert card.startswith("# ")
    assert ".keras" in card.splitlines()[0]
    monkeypatch.chdir(tmp_path)
    exec(code.partition("\n```")[0], {})


@pytest.mark.parametrize("name", ODD_NAMES)
def test_a_page_shows_the_file_whatever_its_name_is(name):
    found = []
    parser = HTMLParser()
    parser.handle_starttag = lambda tag, attributes: found.append((tag, dict(attributes)))
    parser.feed(f'<iframe src="{in_code(name, "html")}" title="x"></iframe>')
    ((tag, attributes),) = found
    assert (tag, attributes["title"]) == ("iframe", "x")
    assert unquote(attributes["src"], errors="surrogateescape") == name


def test_code_of_ones_own_in_a_layer_of_keras_is_refused_in_a_sentence(tmp_path):
    def twice(values):
        return 2 * values

    network = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, activation=twice)])
    with pytest.raises(ExportError, match="an activation or another function in it is code of your own"):
        to_keras(network, tmp_path / "network.keras")
    assert files_in(tmp_path) == []


@pytest.mark.parametrize(("export", "suffix"), [(to_keras, ".keras"), (to_onnx, ".onnx"), (to_dl4j, ".h5")])
def test_outputs_that_are_a_dict_are_written_in_the_order_of_their_names(export, suffix, tmp_path):
    given = keras.Input((3,))
    network = keras.Model(given, {name: keras.layers.Dense(size)(given) for name, size in (("b", 2), ("a", 4))})
    path = export(network, tmp_path / f"network{suffix}")
    assert "float32 (n, 4); float32 (n, 2)" in delivery.card_path(path).read_text(encoding="utf-8")


def test_a_reshape_at_the_end_is_left_out_only_where_it_is_the_only_output(tmp_path):
    given = keras.Input((3,))
    hidden = keras.layers.Dense(4)(given)
    network = keras.Model(given, [keras.layers.Dense(2)(hidden), keras.layers.Reshape((2, 2))(hidden)])
    path = to_dl4j(network, tmp_path / "network.h5")
    assert "The reshape at its end is left out" not in delivery.card_path(path).read_text(encoding="utf-8")


@pytest.mark.filterwarnings("error")
def test_the_card_leaves_out_what_was_never_measured():
    model = Autoencoder(code=2, hidden=(4,))
    model.measured = {"step": np.arange(1, 4), "g_loss": np.ones(3), "d_real": np.full(3, np.nan)}
    text = "\n".join(training(model))
    assert "| g_loss | 1 |" in text
    assert "d_real" not in text


@pytest.fixture
def judge(monkeypatch):
    """A judge of MNIST who knows few digits, and so is quick."""
    judge = Judge(train=load_mnist("train", limit=400)[0], test=load_mnist("test", limit=300)[0])
    monkeypatch.setattr(scores, "default_judge", lambda: judge)
    monkeypatch.setattr(scores, "PICTURES", 200)
    return judge


def test_the_card_has_the_scores_of_a_whole_report(judge, tmp_path):
    model = VariationalAutoencoder(code=4, hidden=(8,))
    to_keras(model, tmp_path / "g.keras")
    card = (tmp_path / "g.keras.card.md").read_text(encoding="utf-8")
    whole = judge.report(model.generate(200, seed=scores.SEED))
    assert f"| MNIST-FD, lower is better | {whole.mnist_fd:.2f} ({whole.real.mnist_fd:.2f}) |" in card
    assert f"| precision, 0 to 1 | {whole.precision:.2f} ({whole.real.precision:.2f}) |" in card
    assert f"| recall, 0 to 1 | {whole.recall:.2f} ({whole.real.recall:.2f}) |" in card
    assert f"| judge | {whole.judge} |" in card


def test_what_cannot_be_judged_says_so_on_the_card(gan, tmp_path):
    for number, (model, why) in enumerate(
        [(gan, "The judge knows grey pictures of 28 by 28 pixels"), (Autoencoder(code=4, hidden=(8,)), "on its own")]
    ):
        path = to_keras(model, tmp_path / f"{number}.keras")
        assert f"The judge gives none: {'A' if number else why}" in (card := delivery.card_path(path).read_text())
        assert why in card


def test_pictures_of_somebodys_own_are_judged_by_themselves(tmp_path):
    pictures = np.random.default_rng(0).integers(0, 256, (150, 16, 16, 3), np.uint8)
    few, enough = (
        GAN.from_pictures(some, steps=1, network="dense", filters=None) for some in (pictures[:99], pictures)
    )
    card = delivery.card_path(to_keras(enough, tmp_path / "enough.keras")).read_text(encoding="utf-8")
    assert re.search(r"\| picture-FD, lower is better \| \d+\.\d\d \(\d+\.\d\d\) \|", card)
    assert "of the model (real training pictures)" in card
    refused = delivery.card_path(to_keras(few, tmp_path / "few.keras")).read_text(encoding="utf-8")
    assert "The judge gives none: pictures must be at least 120 pictures, not 99." in refused


def test_the_card_names_mnist(tmp_path):
    model = Autoencoder(code=4, hidden=(8,))
    assert name_data(model, fingerprint(model.check_data(model.default_data()))).startswith(
        "MNIST, the 60,000 training"
    )
    assert name_data(model, "0123abcd") == "checksum 0123abcd"


def test_the_inputs_that_try_a_file_out_are_256_and_always_the_same(gan):
    (latent,) = probes(gan.generator)
    assert latent.shape == (PROBES, 4) == (256, 4)
    np.testing.assert_array_equal(latent, probes(gan.generator)[0])


def test_a_file_that_says_something_else_is_not_kept(gan, tmp_path, monkeypatch):
    def write_another(source, path):
        other = keras.models.clone_model(source.network)
        other.set_weights([weight + 1e-3 for weight in source.network.get_weights()])
        other.save(path)

    wrong = delivery.Format(**{**to_keras.__globals__["KERAS"]._asdict(), "write": write_another})
    with pytest.raises(ExportError, match="was read back and differs from the network by"):
        delivery.deliver(wrong, gan, tmp_path / "g.keras")
    assert files_in(tmp_path) == []


@pytest.mark.parametrize("scale", [0.01, 1.0, 14.0, 1e4])
def test_outputs_agree_by_the_largest_of_them_or_by_1(scale):
    expected = [np.array([0.0, 0.3, -1.0], np.float32) * scale, np.zeros(2, np.float32)]
    error = max(1.0, scale) * np.array([0.8e-5, 0, 0])  # of the smallest: a sum in which large terms cancel
    assert 0.7e-5 < delivery.check_agreement("ONNX", [expected[0] + error, expected[1]], expected, 1e-5) < 0.9e-5
    for wrong in ([expected[0] + 2 * error, expected[1]], [expected[0], expected[1] + 2e-5]):
        with pytest.raises(ExportError, match="was read back and differs"):
            delivery.check_agreement("ONNX", wrong, expected, 1e-5)


@pytest.mark.parametrize("number", [np.nan, np.inf, -np.inf])
def test_outputs_that_are_not_finite_agree_with_nothing(number):
    odd, plain = [np.array([1.0, number])], [np.array([1.0, 2.0])]
    for found, expected in ((odd, odd), (odd, plain), (plain, odd), (plain + odd, plain + odd)):
        with pytest.raises(ExportError, match="infinite or NaN"), np.errstate(invalid="ignore"):
            delivery.check_agreement("ONNX", found, expected, 1e-5)


def test_a_generator_with_nan_in_it_is_not_kept(gan, tmp_path):
    gan.generator.layers[0].bias.assign(np.full(16, np.nan))
    with pytest.raises(ExportError, match="infinite or NaN"):
        to_keras(gan, tmp_path / "g.keras")
    assert files_in(tmp_path) == []


# --- bad input ------------------------------------------------------------------------------------------------------


def test_a_target_that_exists_is_kept_unless_told_otherwise(gan, tmp_path):
    (tmp_path / "g.keras").write_text("precious")
    with pytest.raises(ExportError, match="is there already: choose another name, or say overwrite=True"):
        to_keras(gan, tmp_path / "g.keras")
    assert (tmp_path / "g.keras").read_text() == "precious"
    to_keras(gan, tmp_path / "g.keras", overwrite=True)
    assert zipfile.is_zipfile(tmp_path / "g.keras")


def test_a_card_that_exists_is_kept_too(gan, tmp_path):
    (tmp_path / "g.keras.card.md").write_text("notes")
    with pytest.raises(ExportError, match="is there already"):
        to_keras(gan, tmp_path / "g.keras")
    assert files_in(tmp_path) == ["g.keras.card.md"]


@pytest.mark.parametrize("export", [to_keras, to_dl4j, to_onnx, to_web, to_gif])
@pytest.mark.parametrize(
    "path", [None, 5, True, b"g.keras", ["g.keras"], "", "a\0.keras", "~nobody_of_that_name/g.keras"]
)
def test_a_path_that_is_none_is_one_sentence(gan, export, path):
    with pytest.raises(ValueError, match=r"path must be the name of a file|there is no such home folder") as error:
        export(gan, path)
    assert "\n" not in str(error.value)


def test_a_name_that_is_too_long_is_one_sentence(gan, tmp_path):
    with pytest.raises(OSError, match=r"cannot be written: the name is too long\. Choose another\.$"):
        to_keras(gan, tmp_path / f"{'x' * 5000}.keras")


@pytest.mark.parametrize("model", [np.ones(3), None, "g.keras"])
def test_what_is_no_model_is_refused(model, tmp_path):
    with pytest.raises(ExportError, match="Only Keras models can be exported"):
        to_keras(model, tmp_path / "g.keras")


def test_an_unbuilt_network_is_refused(tmp_path):
    with pytest.raises(ExportError, match=r"is not built.*Begin it with a keras\.Input"):
        to_keras(keras.Sequential([layers.Dense(3)]), tmp_path / "g.keras")


def test_an_input_of_unknown_size_is_refused(tmp_path):
    network = keras.Sequential([keras.Input((None, None, 1)), layers.Conv2D(2, 3)])
    with pytest.raises(ExportError, match="give every size but the first one"):
        to_keras(network, tmp_path / "g.keras")


def test_a_part_that_is_not_there_is_refused_with_those_that_are(gan, tmp_path):
    with pytest.raises(ExportError, match="no part 'encoder': choose one of generator, discriminator"):
        to_keras(gan, tmp_path / "g.keras", part="encoder")
    with pytest.raises(ExportError, match="a network without parts"):
        to_keras(gan.generator, tmp_path / "g.keras", part="encoder")


def test_a_model_without_layers_is_refused(tmp_path):
    with pytest.raises(ExportError, match="no network of layers"):
        to_keras(RestrictedBoltzmannMachine(hidden=4), tmp_path / "g.keras")


def test_a_wrong_ending_is_refused(gan, tmp_path):
    with pytest.raises(ExportError, match=r"must end in \.keras, unlike 'g\.h5'"):
        to_keras(gan, tmp_path / "g.h5")


@pytest.mark.parametrize(
    "fails", [OSError(errno.ENOSPC, "No space left"), OSError("Can't write (errno = 28, error ...)")]
)
def test_a_disk_that_is_full_while_the_file_is_made_is_one_sentence(gan, tmp_path, fails):
    def write(source, path):
        path.write_bytes(b"half")
        raise fails

    full = delivery.Format(**{**to_keras.__globals__["KERAS"]._asdict(), "write": write})
    with pytest.raises(OSError, match="could not be written: the disk is full") as caught:
        delivery.deliver(full, gan, tmp_path / "g.keras")
    assert caught.value.errno == errno.ENOSPC
    assert files_in(tmp_path) == []


@pytest.mark.parametrize("allowed", [0, 1])
def test_a_disk_that_is_full_while_file_and_card_are_put_in_place_leaves_neither(gan, tmp_path, monkeypatch, allowed):
    writes = iter(range(allowed))

    def fsync(_):
        if next(writes, None) is None:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(delivery.os, "fsync", fsync)
    with pytest.raises(OSError, match="the disk is full"):
        to_keras(gan, tmp_path / "g.keras")
    assert files_in(tmp_path) == []


def test_a_folder_that_may_not_be_written_is_told_before_anything_is_computed(gan, tmp_path, monkeypatch):
    monkeypatch.setattr(delivery.os, "access", lambda path, mode: False)
    monkeypatch.setattr(delivery, "pick", lambda model, part: pytest.fail("began"))
    with pytest.raises(OSError, match=r"cannot be written: writing there is not allowed\. Choose another place"):
        to_keras(gan, tmp_path / "g.keras")


def test_a_folder_that_is_a_file_is_one_sentence(gan, tmp_path):
    (tmp_path / "taken").write_text("")
    with pytest.raises(OSError, match="a part of the path is a file"):
        to_keras(gan, tmp_path / "taken" / "g.keras")


def test_a_target_that_is_a_folder_is_one_sentence_even_when_it_may_be_replaced(gan, tmp_path):
    (tmp_path / "g.keras").mkdir()
    with pytest.raises(OSError, match="a folder of that name is there"):
        to_keras(gan, tmp_path / "g.keras", overwrite=True)
    assert (tmp_path / "g.keras").is_dir()
