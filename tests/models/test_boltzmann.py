"""The restricted Boltzmann machine: its energies are right, it learns, it resumes, and lesson 03 tells the truth."""

import contextlib
import itertools
import json
from pathlib import Path

import numpy as np
import pytest
from helpers.modes import plain_graph

from ganlib.models.boltzmann import RestrictedBoltzmannMachine
from ganlib.models.variational import binarise

LESSON = Path(__file__).resolve().parents[2] / "notebooks" / "03_boltzmann_machines.ipynb"
STATES = np.array(list(itertools.product([0, 1], repeat=4)), np.float32)
ALL = (2 * STATES - 1).reshape(-1, 2, 2, 1)  # the 16 pictures of 2 by 2 pixels
HIDDEN_STATES = np.array(list(itertools.product([0, 1], repeat=3)), np.float32)
BARS = np.repeat(ALL[[3, 5, 10, 12]], 10, axis=0)
DIGITS = np.random.default_rng(3).integers(0, 256, (40, 28, 28, 1)).astype(np.uint8)


@pytest.fixture
def tiny():
    """A machine of 4 pixels and 3 hidden units with weights that matter."""
    machine = RestrictedBoltzmannMachine(hidden=3, picture_shape=(2, 2, 1))
    rng = np.random.default_rng(5)
    for variable in machine.trainable_variables:
        variable.assign(rng.normal(0, 1.5, variable.shape))
    return machine


def energies(machine):
    """Energies (8, 16) of all hidden states with all pictures."""
    return np.array([machine.energy(ALL, np.tile(state, (16, 1))) for state in HIDDEN_STATES])


def probabilities(machine):
    return np.exp(-machine.free_energy(ALL) - machine.log_partition().value)


def silent(machine, steps, **options):
    machine.train(steps, 16, data=options.pop("data", BARS), verbose=0, sample_interval=10**6, **options)
    return machine


def test_a_machine_that_starts_over_with_another_seed_draws_everything_from_it(graph):
    trained, new = (RestrictedBoltzmannMachine(4, chains=5, picture_shape=(2, 2, 1)) for _ in range(2))
    first = trained.state()
    silent(trained, 1)
    for machine in (trained, new):
        machine.start_over(0, *first, 7)
        silent(machine, 2)
    np.testing.assert_array_equal(trained.kernel.numpy(), new.kernel.numpy())


def test_fit_and_evaluate_work_without_xla_too(tiny):
    tiny.compile(jit_compile=False)
    tiny.fit(BARS, batch_size=40, verbose=0)
    assert np.isfinite(tiny.evaluate(BARS, batch_size=40, verbose=0)).all()


# --- energies ---------------------------------------------------------------------------------------------------------


def test_the_energy_is_the_sum_that_the_books_print(tiny):
    kernel, visible_bias, hidden_bias = (variable.numpy() for variable in tiny.trainable_variables)
    v, h = STATES[11], HIDDEN_STATES[5]
    wanted = -v @ visible_bias - h @ hidden_bias - v @ kernel @ h
    assert tiny.energy(ALL[11:12], h[None])[0] == pytest.approx(wanted, abs=1e-5)


def test_the_free_energy_is_the_hidden_states_summed_away(tiny):
    np.testing.assert_allclose(tiny.free_energy(ALL), -np.log(np.exp(-energies(tiny)).sum(axis=0)), atol=1e-5)


def test_the_probabilities_of_all_pictures_add_up_to_one(tiny):
    assert tiny.log_partition().value == pytest.approx(np.log(np.exp(-energies(tiny)).sum()), abs=1e-5)
    assert probabilities(tiny).sum() == pytest.approx(1, abs=1e-5)


def test_log_z_is_the_same_whichever_layer_is_gone_through(tiny):
    turned = RestrictedBoltzmannMachine(hidden=4, picture_shape=(3, 1, 1))
    kernel, visible_bias, hidden_bias = (variable.numpy() for variable in tiny.trainable_variables)
    for variable, value in zip(turned.trainable_variables, (kernel.T, hidden_bias, visible_bias), strict=True):
        variable.assign(value)
    assert turned.log_partition().value == pytest.approx(tiny.log_partition().value, abs=1e-5)


def test_more_states_than_one_chunk_are_all_counted():
    machine = RestrictedBoltzmannMachine(hidden=14, picture_shape=(5, 5, 1))
    machine.kernel.assign(np.zeros((25, 14)))
    assert machine.log_partition().value == pytest.approx(39 * np.log(2), abs=1e-4)


def test_annealing_finds_the_log_z_that_enumeration_finds(tiny):
    estimate, exact = tiny.estimate_log_partition(2000, chains=500), tiny.log_partition().value
    assert estimate.low < estimate.value < estimate.high
    assert estimate.value == pytest.approx(exact, abs=0.05)
    from_bars = tiny.estimate_log_partition(2000, chains=500, images=BARS)
    assert from_bars.value != estimate.value
    assert from_bars.value == pytest.approx(exact, abs=0.05)


def test_annealing_can_be_asked_again_with_other_numbers_of_temperatures(tiny):
    exact = tiny.log_partition().value
    for temperatures in (100, 300, 1000):
        assert tiny.estimate_log_partition(temperatures).value == pytest.approx(exact, abs=0.3)


def test_annealing_finds_log_z_with_784_pixels_too():
    machine = RestrictedBoltzmannMachine(hidden=6, seed=1)
    rng = np.random.default_rng(2)
    machine.kernel.assign(rng.normal(0, 0.2, (784, 6)))
    machine.visible_bias.assign(rng.normal(-1, 1, 784))
    estimate = machine.estimate_log_partition(1000)
    assert estimate.value == pytest.approx(machine.log_partition().value, abs=0.2)
    assert estimate.low <= estimate.value <= estimate.high


def test_the_log_likelihood_is_the_mean_log_probability(tiny):
    wanted = np.log(probabilities(tiny))[[1, 7, 9]].mean()
    assert tiny.log_likelihood(ALL[[1, 7, 9]], tiny.log_partition().value) == pytest.approx(wanted, abs=1e-5)
    assert tiny.log_likelihood(ALL[[1, 7, 9]], tiny.log_partition()) == pytest.approx(wanted, abs=1e-5)


def test_data_minus_dreams_is_the_slope_of_the_log_likelihood(tiny):
    counts = np.maximum(1, np.rint(20_000 * probabilities(tiny))).astype(int)
    gradient = tiny.gradient(BARS, np.repeat(ALL, counts, axis=0))
    for variable, slope in zip(tiny.trainable_variables, gradient, strict=True):
        before, numerical = variable.numpy(), np.zeros(variable.shape)
        for place in np.ndindex(before.shape):
            ends = []
            for nudge in (0.02, -0.02):
                moved = before.copy()
                moved[place] += nudge
                variable.assign(moved)
                ends.append(tiny.log_likelihood(BARS, tiny.log_partition().value))
            numerical[place] = (ends[0] - ends[1]) / 0.04
        variable.assign(before)
        np.testing.assert_allclose(slope, numerical, atol=0.005)


# --- chains -----------------------------------------------------------------------------------------------------------


def test_chains_visit_each_picture_as_often_as_its_probability_says(tiny):
    tiny.kernel.assign(tiny.kernel / 2)  # so that fifty steps are enough
    ends = tiny._run_chains(tiny._noise(20_000, 1), *np.array([0, 50, 1]))[0].numpy()
    seen = np.bincount((ends @ [8, 4, 2, 1]).astype(int), minlength=16) / len(ends)
    np.testing.assert_allclose(seen, probabilities(tiny), atol=0.015)


def test_dreams_go_on_from_one_look_to_the_next_and_repeat_with_their_seed(tiny):
    looks = tiny.dream(np.array([0, 3, 8], np.uint8), n=50, seed=4)
    assert looks.shape == (3, 50, 2, 2, 1)
    assert looks.dtype == np.float32
    assert np.isin(looks[0], (-1, 1)).all()
    np.testing.assert_array_equal(looks[2], tiny.generate(50, seed=4, steps=8))
    assert (tiny.generate(50, seed=5, steps=8) != looks[2]).any()


def test_dreams_can_start_from_pictures(tiny):
    np.testing.assert_array_equal(tiny.dream([0], start=ALL)[0], ALL)
    assert tiny.generate(16, steps=2, start=ALL).shape == ALL.shape


def test_pictures_that_are_made_and_rebuilt_have_the_range_of_all_others():
    machine = RestrictedBoltzmannMachine(hidden=5)
    for pictures in (machine.generate(3, steps=2), machine.reconstruct(DIGITS[:3]), machine.filters(3)):
        assert pictures.shape == (3, 28, 28, 1)
        assert pictures.dtype == np.float32
        assert np.abs(pictures).max() <= 1
    assert machine.encode(DIGITS).shape == (40, 5)


def test_one_pass_up_and_down_is_an_autoencoder_with_tied_weights(tiny):
    kernel, visible_bias, hidden_bias = (variable.numpy() for variable in tiny.trainable_variables)
    hidden = 1 / (1 + np.exp(-(STATES @ kernel + hidden_bias)))
    wanted = 2 / (1 + np.exp(-(hidden @ kernel.T + visible_bias))) - 1
    np.testing.assert_allclose(tiny.reconstruct(ALL).reshape(-1, 4), wanted, atol=1e-5)
    np.testing.assert_allclose(tiny(ALL).numpy(), tiny.reconstruct(ALL), atol=1e-5)


# --- learning ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("persistent", "xla"), [(True, True), (False, True), (True, False)])
def test_it_learns_which_pictures_are_probable(persistent, xla):
    machine = RestrictedBoltzmannMachine(hidden=4, picture_shape=(2, 2, 1), persistent=persistent, seed=1)
    machine.learning_rate = 0.2
    with contextlib.nullcontext() if xla else plain_graph():
        silent(machine, 4000)
    assert probabilities(machine)[[3, 5, 10, 12]].sum() > 0.8


def test_cd_is_not_pcd_and_more_gibbs_steps_are_not_one(graph):
    kinds = ({"persistent": True}, {"persistent": False}, {"persistent": True, "k": 3})
    kernels = [
        silent(RestrictedBoltzmannMachine(hidden=3, picture_shape=(2, 2, 1), **kind), 20).kernel.numpy()
        for kind in kinds
    ]
    assert not np.array_equal(kernels[0], kernels[1])
    assert not np.array_equal(kernels[0], kernels[2])


@pytest.mark.parametrize("persistent", [True, False])
def test_a_resumed_run_ends_in_the_very_weights_and_dreams_of_an_unbroken_one(graph, tmp_path, persistent):
    def new():
        return RestrictedBoltzmannMachine(hidden=6, chains=7, k=2, persistent=persistent, seed=3)

    whole = silent(new(), 30, data=DIGITS)
    silent(new(), 17, data=DIGITS, run=tmp_path / "run")
    resumed = RestrictedBoltzmannMachine.resume(tmp_path / "run")
    silent(resumed, 13, data=DIGITS)
    ours, theirs = whole.state()[0], resumed.state()[0]
    assert ours.keys() == theirs.keys()
    assert ("dreams.000" in ours) == persistent
    for name, array in ours.items():
        assert array.tobytes() == theirs[name].tobytes(), name


def test_the_learning_rate_can_be_changed_while_it_learns(graph):
    machine = silent(RestrictedBoltzmannMachine(hidden=3, picture_shape=(2, 2, 1)), 5)
    before = machine.kernel.numpy()
    machine.learning_rate = 0
    silent(machine, 5)
    np.testing.assert_array_equal(machine.kernel.numpy(), before)


def test_first_biases_draw_each_pixel_as_often_as_the_data_do():
    machine = RestrictedBoltzmannMachine(hidden=3, picture_shape=(2, 2, 1))
    machine.kernel.assign(np.zeros((4, 3)))
    half_white = np.concatenate([BARS, np.ones_like(BARS)])
    machine.start_from_means(half_white)
    np.testing.assert_allclose(machine.decode(np.zeros((1, 3))).ravel(), 0.5, atol=0.03)


def test_what_is_measured_is_the_error_the_gap_and_the_share_of_hidden_units():
    machine = silent(RestrictedBoltzmannMachine(hidden=3, picture_shape=(2, 2, 1)), 3)
    assert 0.9 < machine.measured["error"][0] < 1.1  # an untrained machine answers grey to black and white
    assert 0.4 < machine.measured["hidden_share"][0] < 0.6
    assert np.isfinite(machine.measured["free_energy_gap"]).all()


# --- lesson 03 --------------------------------------------------------------------------------------------------------


def test_the_lesson_teaches_the_machine_that_the_module_holds(tiny):
    cells = {cell["id"]: "".join(cell["source"]) for cell in json.loads(LESSON.read_text(encoding="utf-8"))["cells"]}
    taught = {"np": np}
    for name in ("energy", "free-energy-formula", "gibbs", "gradient"):
        exec(cells[name], taught)
    weights = [variable.numpy().astype(np.float64) for variable in tiny.trainable_variables]
    np.testing.assert_allclose(taught["free_energy"](STATES, *weights), tiny.free_energy(ALL), atol=1e-5)
    hidden = HIDDEN_STATES[np.arange(16) % 8]
    np.testing.assert_allclose(taught["energy"](STATES, hidden, *weights), tiny.energy(ALL, hidden), atol=1e-5)
    assert taught["log_likelihood"](STATES[3:5], *weights) == pytest.approx(
        tiny.log_likelihood(ALL[3:5], tiny.log_partition().value), abs=1e-5
    )
    parts = [taught["together"](v, *weights, np.full(len(v), 1 / len(v))) for v in (STATES[3:9], STATES[1:5])]
    np.testing.assert_allclose(parts[0] - parts[1], tiny.gradient(ALL[3:9], ALL[1:5])[0], atol=1e-5)
    drawn = taught["gibbs"](np.tile(STATES[6], (20_000, 1)), *weights, np.random.default_rng(0))
    ours = tiny._run_chains(np.tile(STATES[6], (20_000, 1)), *np.array([0, 1, 9]))[0].numpy()
    np.testing.assert_allclose(drawn.mean(axis=0), ours.mean(axis=0), atol=0.02)


# --- bad input --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"hidden": 0}, "hidden .* from 1 to 100000, not 0"),
        ({"hidden": 2.5}, "hidden .* not 2.5"),
        ({"k": 0}, "k .* from 1 to 50, not 0"),
        ({"chains": 0}, "chains .* from 1 to 100000"),
        ({"persistent": "yes"}, "persistent must be True or False"),
        ({"picture_shape": (28, 28, 3)}, "picture_shape must be"),
    ],
)
def test_a_machine_that_cannot_be_is_refused_in_one_sentence(arguments, words):
    with pytest.raises(ValueError, match=words) as error:
        RestrictedBoltzmannMachine(**arguments)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("pictures", "words"),
    [
        (np.zeros((20, 14, 14, 1), np.uint8), "14 by 14 by 1, but the networks take 28 by 28 by 1"),
        (np.full((20, 28, 28, 1), 3.0, np.float32), "between -1 and 1"),
        (np.zeros((20, 28, 28, 1), np.int64), "uint8 .* or float"),
    ],
)
def test_pictures_of_another_size_or_range_are_refused(pictures, words):
    machine = RestrictedBoltzmannMachine(hidden=3)
    for use in (machine.encode, machine.free_energy, lambda images: machine.train(5, data=images, verbose=0)):
        with pytest.raises(ValueError, match=words):
            use(pictures)


def test_grey_pictures_have_no_energy(tiny):
    with pytest.raises(ValueError, match=r"hand over binarise\(images\)"):
        RestrictedBoltzmannMachine(hidden=3).free_energy(DIGITS)
    assert RestrictedBoltzmannMachine(hidden=3).free_energy(binarise(DIGITS)).shape == (40,)
    with pytest.raises(ValueError, match="hidden states must be 0 and 1"):
        tiny.energy(ALL, np.full((16, 3), 0.5))


def test_a_large_machine_says_that_it_cannot_be_enumerated():
    with pytest.raises(ValueError, match=r"use estimate_log_partition\(\)"):
        RestrictedBoltzmannMachine(hidden=21).log_partition()


def test_dreams_without_sense_are_refused(tiny):
    with pytest.raises(ValueError, match="increasing order"):
        tiny.dream([5, 2])
    with pytest.raises(ValueError, match="one picture for each of the 3 chains, not 16"):
        tiny.generate(3, start=ALL)
    with pytest.raises(ValueError, match=r"must be \(n, 3\)"):
        tiny.decode(np.zeros((2, 4)))
