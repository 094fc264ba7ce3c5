"""What the trainer in the background promises, without a widget."""

import random
import threading
import time

import numpy as np
import pytest
from helpers import tiny
from helpers.checks import arrays_of, same

from ganlib import GAN, Schedule
from ganlib._tensorflow import keras
from ganlib.lab import trainer as trainer_module
from ganlib.lab.trainer import LabTrainer
from ganlib.models.plane import PlaneGAN


def until(condition, seconds=30):
    """Wait until something holds."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.002)


def lab_threads():
    return [thread for thread in threading.enumerate() if thread.name == "ganlib lab"]


def replayed(gan, schedule, steps, made, batch_size=8):
    """Train the same GAN from its first weights by a schedule, and return its arrays."""
    _, arrays, values = made
    gan.load_state(0, arrays, values)
    gan.run = gan.measured = gan.guard = None
    gan.train(steps, batch_size, data=tiny.DATA, schedule=schedule, verbose=0)
    return arrays_of(gan)


def test_nothing_moves_before_somebody_asks_for_it(trainer, gan):
    assert trainer.wait()
    assert gan.step == 0
    assert not trainer.running


def test_it_trains_as_many_steps_as_were_asked_for(trainer, gan):
    trainer.play(30)
    assert trainer.wait()
    assert gan.step == 30
    assert len(gan.measured["step"]) == 30


def test_one_step_is_one_step(trainer, gan):
    trainer.step()
    trainer.step()
    assert trainer.wait()
    assert gan.step == 2


def test_play_goes_on_until_pause(trainer, gan):
    trainer.play()
    until(lambda: gan.step > 5)
    assert trainer.running
    trainer.pause()
    assert trainer.wait()
    stopped = gan.step
    time.sleep(0.1)
    assert gan.step == stopped
    assert not trainer.running


def test_a_run_has_a_budget_and_says_that_it_is_used_up(gan):
    trainer = LabTrainer(gan, tiny.DATA, batch_size=8, most_steps=7)
    trainer.play()
    assert trainer.wait()
    assert gan.step == 7
    assert "7 steps" in trainer.message


def test_one_network_alone_has_the_same_budget(gan):
    trainer = LabTrainer(gan, tiny.DATA, batch_size=8, most_steps=3)
    trainer.alone("generator", 8)
    assert trainer.wait()
    assert gan.step == 3


def test_a_run_has_a_budget_of_time(gan):
    trainer = LabTrainer(gan, tiny.DATA, batch_size=8, most_steps=10**6, most_minutes=1e-6)
    trainer.play()
    assert trainer.wait()
    assert gan.step < 100
    assert "minutes" in trainer.message


def test_a_change_takes_effect_while_it_trains_and_is_recorded_at_its_step(trainer, gan):
    trainer.play()
    until(lambda: gan.step > 3)
    trainer.set("d_learning_rate", 1e-3)
    until(lambda: gan.live.read("d_learning_rate") == 1e-3)
    trainer.pause()
    assert trainer.wait()
    (change,) = trainer.changes
    assert change[1:] == ("d_learning_rate", 1e-3)
    assert 0 < change.step <= gan.step


def test_a_wrong_value_is_refused_at_once_and_nothing_is_lost(trainer, gan):
    with pytest.raises(ValueError, match="d_learning_rate must be a number"):
        trainer.set("d_learning_rate", -1)
    with pytest.raises(ValueError, match="There is no live value"):
        trainer.set("nonsense", 1)
    trainer.step()
    assert trainer.wait()
    assert gan.step == 1


@pytest.mark.parametrize(("player", "still"), [("discriminator", "generator"), ("generator", "discriminator")])
def test_one_network_can_learn_alone(trainer, gan, player, still):
    def weights(name):
        return [weight.numpy() for weight in getattr(gan, name).trainable_variables]

    before = {name: weights(name) for name in (player, still)}
    trainer.alone(player, 5)
    assert trainer.wait()
    assert gan.step == 5
    assert all(np.array_equal(*pair) for pair in zip(before[still], weights(still), strict=True))
    assert not any(np.array_equal(*pair) for pair in zip(before[player], weights(player), strict=True))
    assert not gan.freeze_d
    assert not gan.freeze_g


def test_the_schedule_of_a_session_replays_it_bit_for_bit(trainer, gan, made):
    trainer.alone("discriminator", 3)
    trainer.wait()
    trainer.set("d_steps", 2)
    trainer.play(20)
    trainer.wait()
    trainer.set("loss_kind", "least_squares")
    trainer.set("g_learning_rate", 1e-3)
    trainer.alone("generator", 2)
    trainer.wait()
    trainer.play(20)
    assert trainer.wait()
    schedule, by_hand, steps = trainer.schedule(), arrays_of(gan), gan.step
    assert steps == 45
    assert same(by_hand, replayed(gan, schedule, steps, made))


def test_a_schedule_can_be_swapped_as_a_file(trainer, tmp_path):
    trainer.set("d_learning_rate", 3e-3)
    trainer.wait()
    schedule = trainer.schedule()
    schedule.save(tmp_path / "mine.json")
    assert Schedule.load(tmp_path / "mine.json") == schedule
    assert (0, "d_learning_rate", 3e-3) in schedule.changes


def test_a_thousand_random_events_from_two_threads_lose_nothing_and_can_be_replayed(trainer, gan, made):
    sent = {"one": {}, "two": {}}
    names = {"one": ("d_learning_rate", "d_steps", "freeze_d"), "two": ("g_learning_rate", "g_steps", "freeze_g")}

    def steer(who, seed):
        rng = random.Random(seed)
        for _ in range(500):
            name = rng.choice(names[who])
            value = {"r": 10 ** rng.uniform(-5, -3), "s": rng.randint(1, 3), "f": rng.random() < 0.3}
            chosen = value["r"] if "rate" in name else value["s"] if "steps" in name else value["f"]
            trainer.set(name, chosen)
            sent[who][name] = chosen
            match rng.random():
                case x if x < 0.04:
                    trainer.pause()
                case x if x < 0.12:
                    trainer.play(rng.randint(1, 10))
                case x if x < 0.14:
                    trainer.step()
            time.sleep(rng.choice((0, 0, 0.001, 0.004)))

    threads = [threading.Thread(target=steer, args=pair) for pair in (("one", 1), ("two", 2))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    trainer.play(10)
    assert trainer.wait(300)
    assert trainer.message == ""
    for name, value in (sent["one"] | sent["two"]).items():
        assert gan.live[name] == pytest.approx(value, rel=1e-6), name
    assert gan.step > 20
    schedule, by_hand, steps = trainer.schedule(), arrays_of(gan), gan.step
    assert same(by_hand, replayed(gan, schedule, steps, made))


def test_what_code_sets_beside_the_lab_is_recorded_too(trainer, gan, made):
    trainer.play()
    until(lambda: gan.step > 3)
    gan.d_learning_rate = 1e-3
    until(lambda: gan.live.read("d_learning_rate") == 1e-3)
    trainer.pause()
    trainer.wait()
    gan.g_steps = 2
    trainer.play(5)
    assert trainer.wait()
    assert [change.name for change in trainer.changes] == ["d_learning_rate", "g_steps"]
    schedule, by_hand, steps = trainer.schedule(), arrays_of(gan), gan.step
    assert same(by_hand, replayed(gan, schedule, steps, made))


def test_reset_goes_back_to_the_first_weights_and_keeps_the_controls(trainer, gan, made):
    trainer.set("d_learning_rate", 1e-3)
    trainer.play(10)
    trainer.reset()
    assert trainer.wait()
    first = made[1]
    now = arrays_of(gan)
    assert gan.step == 0
    assert all(np.array_equal(first[name], now[name]) for name in first if not name.startswith("d_optimizer"))
    assert gan.d_learning_rate == 1e-3
    assert trainer.changes == ()
    trainer.play(10)
    trainer.wait()
    schedule, by_hand = trainer.schedule(), arrays_of(gan)
    assert same(by_hand, replayed(gan, schedule, 10, made))


def test_networks_built_by_hand_cannot_be_drawn_anew_and_it_says_so(trainer, gan):
    trainer.reset(seed=5)
    assert trainer.wait()
    assert trainer.message == (
        "These networks cannot be redrawn, so the lab keeps seed 0: build the model again with seed 5."
    )
    trainer.play(2)
    assert trainer.wait()
    assert gan.step == 2


@pytest.mark.parametrize("recipe", ["swift", "wasserstein"])
def test_the_networks_of_a_recipe_are_drawn_anew_with_another_seed(recipe):
    gan = GAN.from_recipe(recipe, seed=0)
    trainer = LabTrainer(gan, tiny.pictures(8, 28), batch_size=8)
    trainer.reset(seed=5)
    assert trainer.wait()
    assert (trainer.message, gan.seed) == ("", 5)
    assert same(arrays_of(gan), arrays_of(GAN.from_recipe(recipe, seed=5)))


def test_a_gan_of_another_seed_has_made_no_step_whatever_was_trained_before():
    gan = PlaneGAN(seed=0)
    gan.step, gan.pretrained_steps = 500, 20
    trainer = LabTrainer(gan, batch_size=8)
    trainer.reset(seed=9)
    assert trainer.wait()
    assert (gan.step, trainer.first_step, trainer.last_step, gan.pretrained_steps) == (0, 0, 0, 0)
    assert same(arrays_of(gan), arrays_of(PlaneGAN(seed=9)))


def test_a_mad_learning_rate_ends_in_a_sentence_and_a_lab_that_works(graph):
    sgd = {name: keras.optimizers.SGD(0.01) for name in ("d_optimizer", "g_optimizer")}
    gan = tiny.build_gan(loss_kind="least_squares", **sgd)
    made = gan, *gan.state()
    trainer = LabTrainer(gan, tiny.DATA, batch_size=8)
    trainer.play(20)
    trainer.wait()
    trainer.set("d_learning_rate", 10)
    trainer.play(500)
    assert trainer.wait()
    assert "diverged" in trainer.message
    assert "lower the rates" in trainer.message
    assert not trainer.running
    assert all(np.isfinite(array).all() for array in arrays_of(gan).values())
    trainer.set("d_learning_rate", 0.001)
    trainer.play(5)
    assert trainer.wait()
    assert trainer.message == ""
    schedule, by_hand, steps = trainer.schedule(), arrays_of(gan), gan.step
    assert same(by_hand, replayed(gan, schedule, steps, made))


class Faulty(keras.callbacks.Callback):
    def __init__(self):
        super().__init__()
        self.armed = True

    def on_train_batch_end(self, batch, logs=None):
        if self.armed and batch >= 3:
            raise KeyError("my own mistake")


def test_an_exception_in_a_callback_is_told_and_the_lab_goes_on(gan):
    faulty = Faulty()
    trainer = LabTrainer(gan, tiny.DATA, batch_size=8, callbacks=[faulty])
    trainer.play(50)
    assert trainer.wait()
    assert "KeyError" in trainer.message
    assert "my own mistake" in trainer.message
    assert not trainer.running
    faulty.armed, stopped = False, gan.step
    trainer.play(5)
    assert trainer.wait()
    assert gan.step == stopped + 5


class FaultyView:
    def look(self, trainer):
        raise RuntimeError("no paint left")

    def tell(self, trainer):
        yield


class CountingView:
    """Takes a while for every look, and counts them."""

    def __init__(self, seconds=0.0):
        self.seconds, self.looks = seconds, []

    def look(self, trainer):
        if trainer.running:
            self.looks.append(time.monotonic())
            time.sleep(self.seconds)

    def tell(self, trainer):
        yield


class ListeningView(CountingView):
    """Notes what is said."""

    def look(self, trainer):
        self.looks.append(trainer.message)


def test_whoever_waits_for_the_compiler_is_told_so_and_nobody_else(gan):
    view, gan._blocks = ListeningView(), {}  # as if nothing had been compiled yet
    with_view = LabTrainer(gan, tiny.DATA, batch_size=8, view=view)
    told = []
    for change in ({}, {}, {"freeze_d": True}, {"freeze_d": False, "g_steps": 3}, {"g_steps": 1}, {"d_steps": 2}):
        for name, value in change.items():
            with_view.set(name, value)
        view.looks.clear()
        with_view.play(4)
        assert with_view.wait()
        told.append(trainer_module.GETTING_READY in view.looks)
    assert told == [True, False, True, False, False, False]
    assert with_view.message == ""
    with_view.close()


@pytest.mark.parametrize(("spent", "pause"), [(0.001, 0.2), (0.02, 0.5), (0.03, 0.75), (0.4, 1.0)])
def test_a_view_takes_four_hundredths_of_the_time_but_looks_once_a_second_and_never_more_than_five_times(spent, pause):
    assert trainer_module.pause_after(spent) == pytest.approx(pause)


@pytest.mark.parametrize(("spent", "pause"), [(0.02, 0.04), (0.04, 0.02), (0.2, 0.1)])
def test_a_view_that_wants_to_look_often_leaves_a_third_of_the_time_at_least(spent, pause):
    assert trainer_module.pause_after(spent, 0.06) == pytest.approx(pause)


@pytest.mark.parametrize("seconds", [0.0, 0.1])
def test_a_trainer_keeps_to_the_pause_between_two_looks(gan, seconds):
    view = CountingView(seconds)
    trainer = LabTrainer(gan, tiny.DATA, batch_size=8, most_steps=1_000_000, view=view)
    trainer.play()
    until(lambda: len(view.looks) >= 3)
    trainer.pause()
    pauses = np.diff(view.looks[:3]) - seconds
    assert (pauses >= trainer_module.pause_after(seconds) - 0.01).all()


def test_a_slider_that_is_dragged_asks_for_no_more_looks_than_five_a_second(gan):
    view = CountingView(0.05)
    trainer = LabTrainer(gan, tiny.DATA, batch_size=8, most_steps=1_000_000, view=view)
    trainer.play()
    until(lambda: view.looks)
    end = time.monotonic() + 1.5
    for rate in np.linspace(1e-4, 2e-4, 10_000):
        trainer.set("d_learning_rate", rate)
        time.sleep(0.01)
        if time.monotonic() > end:
            break
    trainer.pause()
    pauses = np.diff(view.looks) - view.seconds
    assert pauses.min() >= trainer_module.LOOK_SECONDS[0] - 0.01
    assert np.median(pauses) < 0.5 * trainer_module.pause_after(view.seconds), "a change is shown soon"


def test_a_view_that_fails_never_stops_the_training(gan):
    trainer = LabTrainer(gan, tiny.DATA, batch_size=8, view=FaultyView())
    trainer.play(20)
    assert trainer.wait()
    assert gan.step == 20
    assert "no paint left" in trainer.message


def test_the_second_lab_closes_the_first_and_goes_on_with_its_record(trainer, gan, made):
    trainer.set("d_learning_rate", 1e-3)
    trainer.play()
    until(lambda: gan.step > 3)
    second = LabTrainer(gan, tiny.DATA, batch_size=8)
    assert len(lab_threads()) == 1
    assert trainer.closed
    assert trainer_module.active() is second
    with pytest.raises(RuntimeError, match="Another lab was opened"):
        trainer.play()
    second.play(5)
    assert second.wait()
    schedule, by_hand, steps = second.schedule(), arrays_of(gan), gan.step
    assert same(by_hand, replayed(gan, schedule, steps, made))
    second.reset()
    assert second.wait()
    assert gan.step == 0


def test_closing_twice_does_no_harm(trainer):
    trainer.close()
    trainer.close()
    assert lab_threads() == []


def test_another_training_of_the_same_model_is_told_in_one_sentence(trainer, gan):
    trainer.play()
    until(lambda: gan.step > 3)
    with pytest.raises(RuntimeError, match="being trained already"):
        tiny.train(gan, 1)
    trainer.pause()
    assert trainer.wait()
    tiny.train(gan, 1)


def test_a_run_folder_holds_every_change_and_pause(gan, tmp_path):
    trainer = LabTrainer(gan, tiny.DATA, batch_size=8, run=tmp_path / "run", sample_interval=5)
    trainer.play(10)
    trainer.wait()
    trainer.set("d_steps", 3)
    trainer.pause()
    trainer.play(10)
    assert trainer.wait()
    assert gan.run.schedule().changes == trainer.changes
    assert [event["event"] for event in gan.run.events()].count("pause") == 1
    assert [path.name for path in sorted(gan.run.sample_folder.iterdir())] == [
        f"step_{step:08d}.png" for step in (0, 5, 10, 15, 20)
    ]
    for _ in range(2):
        trainer.reset()
    trainer.play(5)
    assert trainer.wait()
    assert gan.run.path.name == "run-2"


def test_a_reset_before_the_first_step_leaves_the_run_folder_its_name(gan, tmp_path):
    trainer = LabTrainer(gan, tiny.DATA, batch_size=8, run=tmp_path / "run")
    trainer.reset()
    trainer.step()
    assert trainer.wait()
    assert gan.run.path.name == "run"


def test_a_run_folder_that_is_taken_is_told_in_a_sentence_and_the_home_folder_can_be_written_short(
    gan, tmp_path, monkeypatch
):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    for told in ("", f"{tmp_path / 'run'} already holds a run: "):
        gan.run = None
        trainer = LabTrainer(gan, tiny.DATA, batch_size=8, run="~/run")
        trainer.step()
        assert trainer.wait()
        assert trainer.message.startswith(told) if told else trainer.message == ""


@pytest.mark.parametrize("speed", ["calm", "slow"])
def test_slower_speeds_make_the_same_weights_and_let_go_at_once(gan, made, speed, monkeypatch):
    monkeypatch.setattr(trainer_module, "CAPTION_SECONDS", 0.01)
    trainer = LabTrainer(gan, tiny.DATA, batch_size=8)
    trainer.set_speed(speed)
    trainer.play()
    until(lambda: gan.step >= 6)
    trainer.pause()
    assert trainer.wait()
    by_hand, steps = arrays_of(gan), gan.step
    assert steps < 60
    assert same(by_hand, replayed(gan, None, steps, made))


def test_presets_change_several_values_while_it_trains(trainer, gan):
    def strong(model):
        model.live["d_learning_rate"], model.live["d_steps"] = 1e-3, 4

    trainer.play()
    until(lambda: gan.step > 3)
    trainer.apply(strong)
    until(lambda: gan.live.read("d_steps") == 4)
    trainer.pause()
    assert trainer.wait()
    assert {change.name for change in trainer.changes} == {"d_learning_rate", "d_steps"}
    assert len({change.step for change in trainer.changes}) == 1


def test_wrong_arguments_are_refused_before_anything_starts(gan, trainer):
    for wrong in ({"batch_size": 2}, {"batch_size": 10**9}, {"most_steps": 0}):
        with pytest.raises(ValueError, match="must be a whole number"):
            LabTrainer(gan, tiny.DATA, **{"batch_size": 8, **wrong})
    for name, wrong in (
        ("most_minutes", [None, -1, "x", float("nan")]),
        ("sample_interval", [0, 1.5, "x"]),
        ("callbacks", [5, "ab", [None], [print]]),
        ("run", [5, "", b"x", []]),
        ("view", [5, object()]),
    ):
        for value in wrong:
            with pytest.raises(ValueError, match=f"^{name} must be|^{name} must have"):
                LabTrainer(gan, tiny.DATA, **{"batch_size": 8, name: value})
    for model in (None, 5, "gan", gan.generator):
        with pytest.raises(ValueError, match="A lab trains a model of ganlib"):
            LabTrainer(model, tiny.DATA)
    with pytest.raises(ValueError, match="preset must be a function"):
        trainer.apply("collapse")
    with pytest.raises(ValueError, match="speed must be one of"):
        trainer.set_speed("warp")
    with pytest.raises(ValueError, match="player must be one of"):
        trainer.alone("judge")
    with pytest.raises(ValueError, match="steps must be a whole number"):
        trainer.play(0)
    with pytest.raises(ValueError, match="seed must be a whole number"):
        trainer.reset(-1)
    assert trainer_module.active() is trainer
