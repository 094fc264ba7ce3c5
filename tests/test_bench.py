"""The benchmark: its arithmetic against numbers counted by hand, and that every way it times really trains."""

import json
import subprocess
import sys

import numpy as np
import pytest

from ganlib import builders, data
from ganlib._tensorflow import keras, tf
from ganlib.bench import command, rivals, speed, ways
from ganlib.bench.products import adam_loop, floor_loop, floor_step, operation, products_of_step
from ganlib.models.gan import GAN

layers = keras.layers
FAST = {
    "classic": np.array([60.0, 90.0, 61.0]),
    "graph": np.array([10.0, 11.0, 12.0]),
    "compiled_step": np.array([8.0, 9.0, 7.0]),
    "graph_block": np.array([20.0, 20.0, 20.0]),
    "engine": np.array([5.0, 6.0, 4.0]),
    "view": np.array([5.1, 6.0, 4.4]),
    "critic": np.array([11.0, 12.0, 9.0]),
    "floor_graph": np.array([4.0, 4.0, 9.0]),
    "floor_compiled": np.array([5.0, 5.0, 3.0]),
    "floor_loop": np.array([6.0, 6.0, 6.0]),
    "adam": np.array([1.0, 1.0, 7.0]),
}


def conv_pair():
    return builders.build_conv_generator(), builders.build_conv_discriminator()


def dense_pair():
    return builders.build_generator(), builders.build_discriminator()


def tiny_generator(latent_dim=100, seed=None, image_shape=None):
    made = [keras.Input((latent_dim,)), layers.Dense(784, activation="tanh"), layers.Reshape((28, 28, 1))]
    return keras.Sequential(made, name="generator")


def tiny_discriminator(seed=None, image_shape=None):
    return keras.Sequential([keras.Input((28, 28, 1)), layers.Flatten(), layers.Dense(1)], name="discriminator")


@pytest.fixture
def tiny(monkeypatch):
    """Let every dense GAN be a tiny one, which compiles in a moment."""
    monkeypatch.setattr(builders, "build_generator", tiny_generator)
    monkeypatch.setattr(builders, "build_discriminator", tiny_discriminator)


@pytest.fixture(scope="module")
def pictures():
    return np.random.default_rng(0).integers(0, 256, (64, 28, 28, 1), dtype=np.uint8)


def moves(networks, step, times=1):
    """Run a step, and return by how much the weights of each network moved at most."""
    before = [network.get_weights() for network in networks]
    for _ in range(times):
        step()
    after = [network.get_weights() for network in networks]
    return [max(np.abs(x - y).max() for x, y in zip(a, b, strict=True)) for a, b in zip(before, after, strict=True)]


# --- counted arithmetic ---------------------------------------------------------------------------------------------


def flops(pair, batch_size):
    return sum(product.flops for product in products_of_step(*pair, batch_size))


def test_a_dense_step_counts_the_flops_that_a_hand_counts():
    first_g, g = 100 * 256, 100 * 256 + 256 * 512 + 512 * 1024 + 1024 * 784
    first_d, d = 784 * 512, 784 * 512 + 512 * 256 + 256 * 1
    d_phase = 16 * g + 32 * d + 32 * d + 32 * (d - first_d)
    g_phase = 32 * g + 32 * g + 32 * (g - first_g) + 32 * d + 32 * d
    assert flops(dense_pair(), 32) == 2 * (d_phase + g_phase) == 475_512_832


def test_a_conv_step_counts_the_flops_that_a_hand_counts():
    first_g = 100 * 6272
    g = first_g + 7 * 7 * (4 * 4 * 128 * 64) + 14 * 14 * (4 * 4 * 64 * 1)
    first_d = 14 * 14 * (4 * 4 * 1 * 64)
    d = first_d + 7 * 7 * (4 * 4 * 64 * 128) + 6272 * 1
    d_phase = 16 * g + 32 * d + 32 * d + 32 * (d - first_d)
    g_phase = 32 * g + 32 * g + 32 * (g - first_g) + 32 * d + 32 * d
    assert flops(conv_pair(), 32) == 2 * (d_phase + g_phase) == 3_692_552_192


def test_an_odd_batch_gives_the_discriminator_the_smaller_half():
    real, fake = dense_pair(), dense_pair()
    examples = [product.examples for product in products_of_step(*real, 9)]
    assert sorted(set(examples)) == [4, 8, 9]
    assert flops(fake, 8) < flops(fake, 9)


def operations(function, *arguments):
    """Trace a function; return the sorted kinds and shapes of the products that its results and updates depend on."""
    graph = tf.function(function, autograph=False).get_concrete_function(*arguments).graph
    needed, waiting = set(), [*graph.control_outputs, *(tensor.op for tensor in graph.outputs)]
    while waiting:
        op = waiting.pop()
        if op not in needed:
            needed.add(op)
            waiting += [*op.control_inputs, *(tensor.op for tensor in op.inputs)]
    kinds = ("MatMul", "Conv2D", "Conv2DBackpropInput", "Conv2DBackpropFilter")
    return sorted((op.type, *sizes(op)) for op in needed if op.type in kinds)


def sizes(op):
    """Return the shape of a product's result and how many numbers it reads."""
    operands = [tensor.shape.num_elements() for tensor in op.inputs if tensor.dtype == tf.float32]
    return tuple(op.outputs[0].shape), sum(operands)


@pytest.mark.parametrize("make", [dense_pair, conv_pair])
def test_the_floor_computes_the_very_products_of_a_traced_step(make):
    pair = make()
    real, latent, latent_of_g = tf.zeros((16, 28, 28, 1)), tf.zeros((16, 100)), tf.zeros((32, 100))
    step = operations(ways.two_tapes(*pair, 32), real, latent, latent_of_g)
    alone = [operation(product) for product in products_of_step(*pair, 32)]
    assert operations(lambda: [compute(1.0) for compute in alone]) == step


@pytest.mark.parametrize("compiled", [False, True])
def test_the_floor_gives_one_number_a_product(compiled):
    products = products_of_step(tiny_generator(), tiny_discriminator(), 8)
    results = floor_step(products, compiled)()
    assert results.shape == (len(products),)
    assert (results != 0).all()


def test_adam_alone_moves_every_weight_of_both_networks_in_every_turn():
    networks = tiny_generator(), tiny_discriminator()
    before = [weight.numpy() for network in networks for weight in network.trainable_variables]
    adam_loop(networks)(3)
    after = [weight.numpy() for network in networks for weight in network.trainable_variables]
    for one, other in zip(before, after, strict=True):
        assert (np.abs(other - one) > 1e-4).mean() > 0.9  # up to 2e-4 a turn
        assert np.abs(other - one).max() < 7e-4


def test_the_looped_floor_computes_every_product_in_every_turn():
    products = products_of_step(tiny_generator(), tiny_discriminator(), 8)
    compute = floor_loop(products)
    assert compute(4) == pytest.approx(4 * compute(1)), "the turns scale what goes in by 1, 2, 3 and 4"


# --- every way trains -----------------------------------------------------------------------------------------------


def test_the_classic_loop_moves_both_networks(pictures):
    pair = tiny_generator(), tiny_discriminator()
    step = ways.classic_loop(*pair, data.scale_pixels(pictures), 8)
    assert min(moves(pair, step)) > 0


def test_the_classic_loop_goes_on_moving_the_frozen_discriminator(pictures):
    pair = tiny_generator(), tiny_discriminator()
    step = ways.classic_loop(*pair, data.scale_pixels(pictures), 8)
    step()
    assert not pair[1].trainable
    assert min(moves(pair, step)) > 0


@pytest.mark.parametrize("compiled", [False, True])
def test_the_plain_step_moves_both_networks(pictures, compiled):
    pair = tiny_generator(), tiny_discriminator()
    step = ways.function_step(*pair, data.scale_pixels(pictures), 8, compiled)
    assert min(moves(pair, step)) > 0


def test_a_block_of_one_step_moves_both_networks_one_step(tiny, pictures):
    gan = GAN(seed=0)
    step = ways.block_step(gan, pictures, 8, "graph")
    assert min(moves([gan.generator, gan.discriminator], step, times=2)) > 0
    assert gan.step == 2


def test_the_engine_moves_both_networks_and_views_at_every_multiple(tiny, graph, pictures, tmp_path):
    gan = GAN(seed=0)
    without, views, critic = ways.engine_ways(gan, pictures, 8, tmp_path, view_every=5)
    assert min(moves([gan.generator, gan.discriminator], lambda: without.run(10))) > 0
    assert gan.step == 11
    drawn = set(tmp_path.iterdir())
    assert views.run(10) > 0
    assert gan.step == 22
    assert sorted(path.name for path in set(tmp_path.iterdir()) - drawn) == ["step_00000015.png", "step_00000020.png"]
    assert critic.run(5) > 0
    assert (gan.step, gan.d_steps) == (28, ways.D_STEPS)
    without.run(5)
    assert (gan.step, gan.d_steps) == (34, 1)


LIBRARIES = {"pytorch": "torch", "jax": "jax"}


@pytest.mark.parametrize("name", LIBRARIES)
def test_a_rival_answers_with_seconds_and_losses_that_move(name):
    pytest.importorskip(LIBRARIES[name])
    generator, discriminator = (ways.layers_of(network) for network in dense_pair())
    given = json.dumps({"generator": generator, "discriminator": discriminator, "batch_size": 8})
    command = [sys.executable, "-m", "ganlib.bench.rivals", name]
    answer = subprocess.run(
        command, input=f"{given}\n100\n100\n", capture_output=True, text=True, timeout=300, check=True
    )
    first, second = np.array([json.loads(line) for line in answer.stdout.splitlines()])
    assert first[0] > 0
    assert (abs(first[1:] - np.log(2)) > 1e-3).all(), "at first both networks say one half to everything"
    assert (abs(second[1:] - first[1:]) > 1e-3).all()


def test_the_network_of_jax_computes_what_that_of_keras_does():
    pytest.importorskip("jax")
    for network, shape in zip(dense_pair(), ((8, 100), (8, 784)), strict=True):
        x = np.random.default_rng(0).normal(size=shape).astype(np.float32)
        apply, _ = rivals.jax_network(ways.layers_of(network), 0)
        weights = [[weight.numpy() for weight in layer.trainable_variables] for layer in network.layers]
        weights += [[]] * (len(ways.layers_of(network)) - len(weights))
        expected = network(x.reshape(8, *network.input_shape[1:]), training=True).numpy()
        np.testing.assert_allclose(apply(weights, x)[0], expected.reshape(8, -1), atol=1e-5)


def test_layers_are_described_by_their_sizes():
    generator, discriminator = conv_pair()
    kernel = [(4, 4), (2, 2)]
    assert ways.layers_of(discriminator) == [
        ["Conv2D", 1, 64, *kernel], ["LeakyReLU", 0.2], ["Conv2D", 64, 128, *kernel], ["LeakyReLU", 0.2],
        ["Flatten"], ["Dense", 6272, 1],
    ]  # fmt: skip
    assert ways.layers_of(generator) == [
        ["Dense", 100, 6272], ["Reshape", 7, 7, 128], ["BatchNormalization", 4, 128, 1e-3, 0.8], ["LeakyReLU", 0.2],
        ["Conv2DTranspose", 128, 64, *kernel], ["BatchNormalization", 4, 64, 1e-3, 0.8], ["LeakyReLU", 0.2],
        ["Conv2DTranspose", 64, 1, *kernel], ["tanh"],
    ]  # fmt: skip


def test_a_library_that_is_not_installed_is_left_out_and_one_that_fails_is_named(monkeypatch, capsys):
    monkeypatch.setattr(ways, "find_spec", lambda name: None)
    with ways.rival_ways("dense", 8) as made:
        assert made == []
    monkeypatch.setattr(ways, "find_spec", lambda name: name == "torch")
    monkeypatch.setattr(ways, "layers_of", lambda network: "nonsense")
    with ways.rival_ways("dense", 8) as made:
        assert made == []
    assert "pytorch is left out: its process ended by itself" in capsys.readouterr().err


# --- the result -----------------------------------------------------------------------------------------------------


def test_the_summary_takes_medians_minima_and_their_ratios():
    result = speed.summary(FAST, flops=10**9)
    assert result["classic_ms"] == 61
    assert result["engine_ms"] == 5
    assert result["fastest_ms"]["engine"] == 4
    assert result["engine_speedup"] == 12.2
    assert (result["floor_ms"], result["floor_mode"]) == (4, "graph")
    assert result["products_ms"] == {"graph": 4, "compiled": 5, "loop": 6}
    assert result["engine_over_floor"] == 1.25
    assert (result["adam_ms"], result["engine_over_floor_and_adam"]) == (1, 1)
    assert result["engine_over_best"] == 0.625
    assert result["engine_gflop_per_s"] == 200
    assert result["view_percent"] == 2


def test_every_way_is_measured_in_every_round_as_often_as_planned():
    made = []
    both = [ways.Way(name, lambda steps, name=name: made.append((name, steps)) or steps / 4) for name in "ab"]
    times = ways.measure(both, [8, 2], rounds=2)
    assert made == [("a", 8), ("b", 2), ("a", 8), ("b", 2)]
    assert times["a"].tolist() == [2, 2]
    assert times["b"].tolist() == [0.5, 0.5]


@pytest.mark.parametrize(("ms", "unit", "steps"), [(1.0, 1, 2000), (10.0, 200, 200), (1.5, 200, 1400), (9e9, 3, 3)])
def test_a_warm_up_plans_whole_units_of_about_the_wanted_time(ms, unit, steps):
    assert ways.warm_up(ways.Way("a", lambda count: ms, unit), seconds=2) == steps


def test_the_command_prints_a_table_and_writes_the_same_as_json(tiny, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(ways, "find_spec", lambda name: None)
    path = tmp_path / "new" / "bench.json"
    assert command.main(["--quick", "--rounds", "1", "--batch-size", "8", "--json", str(path)]) == 0
    result = json.loads(path.read_text())
    assert (result["network"], result["batch_size"], result["rounds"]) == ("dense", 8, 1)
    assert result["fastest_ms"].keys() == speed.LABELS.keys() - {"compiled_block", "pytorch", "jax"}
    assert result["engine_speedup"] == pytest.approx(result["classic_ms"] / result["engine_ms"], rel=1e-2)
    assert result["engine_over_floor"] == pytest.approx(result["engine_ms"] / result["floor_ms"], rel=1e-2)
    assert result["peak_memory_mib"] >= result["engine_peak_memory_mib"] > 0
    printed = capsys.readouterr().out
    assert speed.table(result) + "\n" == printed
    assert f"{result['engine_speedup']:.1f} times as fast as the classic loop" in printed
    assert max(map(len, printed.splitlines())) <= 120


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--rounds", "0"], "rounds must be a whole number of at least 1, not 0."),
        (["--batch-size", "3"], "batch_size must be a whole number from 4 to 60000, not 3."),
        (["--batch-size", "60001"], "batch_size must be a whole number from 4 to 60000, not 60001."),
        (["--json", "."], ". could not be written: a folder of that name is there. Choose another place."),
        (["--json", ""], "path must be the name of a file or folder, as text or as a Path, not ''."),
    ],
)
def test_a_bad_value_is_one_sentence(tiny, arguments, sentence, capsys):
    assert command.main(arguments) == 2
    out, err = capsys.readouterr()
    assert (out, err) == ("", sentence + "\n")


@pytest.mark.parametrize("arguments", [["--rounds", "two"], ["--network", "deep"], ["--fast"]])
def test_an_unreadable_argument_ends_with_code_2(arguments, capsys):
    with pytest.raises(SystemExit) as ended:
        command.main(arguments)
    assert ended.value.code == 2
    assert arguments[-1] in capsys.readouterr().err


def test_a_file_that_cannot_be_written_is_told_before_anything_is_measured(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(speed, "run", lambda *options: pytest.fail("measured"))
    (tmp_path / "file").write_text("old")
    assert command.main(["--json", str(tmp_path / "file" / "bench.json")]) == 2
    assert capsys.readouterr().err.endswith("a part of the path is a file, not a folder. Choose another place.\n")


def test_what_stood_in_the_file_stays_if_nothing_is_measured(tmp_path):
    (tmp_path / "bench.json").write_text("old")
    assert command.main(["--rounds", "0", "--json", str(tmp_path / "bench.json")]) == 2
    assert [path.name for path in tmp_path.iterdir()] == ["bench.json"]
    assert (tmp_path / "bench.json").read_text() == "old"
