"""Promises of ganlib.plots."""

import base64
import html
import io
import itertools
import subprocess
import sys
import threading
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace

import matplotlib
import numpy as np
import pytest
from helpers.figures import texts_of
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from PIL import Image

from ganlib import data, plots
from ganlib.plots import curves, style

ROOT = Path(__file__).parents[1]
DIGITS, LABELS = data.load_mnist("test", limit=40)


def a_history(n=500, last=5000):
    steps = np.linspace(last / n, last, n).astype(int)
    falling = np.linspace(2, 1, n)
    return {
        "step": steps,
        "d_loss": 0.5 + 0 * falling,
        "g_loss": falling,
        "d_accuracy": falling / 2,
        "d_real": falling / 2.5,
        "d_fake": 1 - falling / 2.5,
        "d_grad_norm": 10 * falling,
        "g_grad_norm": falling / 10,
    }


EVENTS = [
    {"step": 1000, "name": "g_learning_rate", "value": 0.0005},
    {"step": 1040, "name": "d_steps", "value": 2},
    {"step": 3000, "name": "freeze_g", "value": True},
]


def a_layer(kind, shape, parameters, **choices):
    """What `network_diagram` reads of a Keras layer."""
    layer = type(kind, (), choices)()
    layer.output = SimpleNamespace(shape=(None, *shape))
    layer.count_params = lambda: parameters
    return layer


def a_network(name="generator"):
    tanh = type("tanh", (), {"__name__": "tanh"})()
    layers = [
        a_layer("InputLayer", (100,), 0),
        a_layer("Dense", (6272,), 633_472),
        a_layer("Reshape", (7, 7, 128), 0),
        a_layer("LeakyReLU", (7, 7, 128), 0, negative_slope=0.2),
        a_layer("Conv2DTranspose", (28, 28, 1), 1025, kernel_size=(4, 4), strides=(4, 4), activation=tanh),
    ]
    return SimpleNamespace(name=name, input_shape=(None, 100), layers=layers)


FIGURES = {
    "picture_grid": lambda: plots.picture_grid(
        DIGITS[:16], columns=8, titles=[f"a {n}" for n in LABELS[:16]], probabilities=np.linspace(0, 1, 16), title="T"
    ),
    "narrow grid": lambda: plots.picture_grid(DIGITS, columns=20, probabilities=np.linspace(0, 1, 40)),
    "long title": lambda: plots.picture_grid(DIGITS[:2], title="A title that has far more words than pictures " * 3),
    "frames": lambda: plots.frames(np.stack([DIGITS[:25]] * 7), range(0, 70_000, 10_000), title="Frames"),
    "one frame": lambda: plots.frames(DIGITS[None, :25], [30_000], title="A title wider than the frame is"),
    "training_curves": lambda: plots.training_curves(a_history(), EVENTS),
    "many events": lambda: plots.training_curves(
        a_history(), [e | {"step": s} for e in EVENTS for s in range(0, 5000, 99)]
    ),
    "one panel": lambda: plots.training_curves({k: a_history(12)[k] for k in ("step", "g_loss")}),
    "one row": lambda: plots.training_curves(a_history(1)),
    "score_histogram": lambda: plots.score_histogram(np.linspace(0.3, 1, 90), np.linspace(0, 0.6, 70)),
    "network_diagram": lambda: plots.network_diagram(a_network()),
    "game": plots.game_diagram,
    "discriminator's step": lambda: plots.game_diagram("discriminator"),
    "generator's step": lambda: plots.game_diagram("generator"),
}
every_figure = pytest.mark.parametrize("name", FIGURES)


class Tags(HTMLParser):
    """Collects the attributes of all tags."""

    def __init__(self, text):
        super().__init__()
        self.found = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))


def words_of(plot):
    return [text.get_text() for text in texts_of(plot.figure)]


# What every figure keeps


@every_figure
def test_a_figure_is_one_image_whose_alt_text_is_the_sentence(name):
    figure, sentence = plot = FIGURES[name]()
    assert isinstance(figure, Figure)
    [(tag, attributes)] = Tags(plot._repr_html_()).found
    assert tag == "img"
    assert attributes["alt"] == sentence == repr(plot)
    assert sentence.endswith(".")
    image = Image.open(io.BytesIO(base64.b64decode(attributes["src"].removeprefix("data:image/png;base64,"))))
    assert image.width == pytest.approx(plots.SHARPNESS * int(attributes["width"]), abs=2)
    assert int(attributes["width"]) <= 96 * 9.01
    assert image.convert("RGBA").getpixel((image.width - 1, image.height - 1)) == (255, 255, 255, 255)


@every_figure
def test_all_words_are_large_enough_and_inside_the_figure(name):
    figure = FIGURES[name]().figure
    figure.dpi = plots.PIXELS_PER_INCH
    figure.draw_without_rendering()
    for text in texts_of(figure):
        assert text.get_fontsize() >= 9, text
        box = text.get_window_extent()
        assert box.x0 >= -0.5, text
        assert box.y0 >= -0.5, text
        assert box.x1 <= figure.bbox.width + 0.5, text
        assert box.y1 <= figure.bbox.height + 0.5, text


@every_figure
def test_no_words_overlap(name):
    figure = FIGURES[name]().figure
    figure.dpi = plots.PIXELS_PER_INCH
    figure.draw_without_rendering()
    boxes = [(text.get_text(), text.get_window_extent()) for text in texts_of(figure)]
    for (one, a), (other, b) in itertools.combinations(boxes, 2):
        width, height = min(a.x1, b.x1) - max(a.x0, b.x0), min(a.y1, b.y1) - max(a.y0, b.y0)
        assert width <= 1 or height <= 2, f"{one!r} overlaps {other!r}"


@every_figure
def test_a_learners_own_matplotlib_settings_change_nothing_and_stay(name):
    expected = FIGURES[name]().png()
    own = {"figure.facecolor": "black", "text.color": "yellow", "font.size": 30, "savefig.bbox": "tight"}
    own |= {"axes.facecolor": "navy", "lines.linewidth": 9, "text.parse_math": True}
    with matplotlib.rc_context(own):
        assert FIGURES[name]().png() == expected
        assert all(matplotlib.rcParams[key] == value for key, value in own.items())


def test_alt_text_is_escaped():
    title = "\"<b>5 & 3</b>\" $x_1$ 'q'"
    plot = plots.picture_grid(DIGITS[:1], title=title)
    text = plot._repr_html_()
    assert plot.sentence.startswith(title)
    assert html.escape(title) in text
    assert "<b>" not in text
    assert Tags(text).found[0][1]["alt"] == plot.sentence


def test_no_figure_needs_or_opens_pyplot():
    code = (
        "import sys, numpy as np\n"
        "from ganlib import plots\n"
        "plots.game_diagram()._repr_html_()\n"
        "plots.picture_grid(np.zeros((2, 28, 28), np.uint8))._repr_html_()\n"
        "plots.training_curves({'step': [1, 2], 'd_loss': [1., 2.], 'd_grad_norm': [1., 2.]})._repr_html_()\n"
        "plots.score_histogram([.9], [.1])._repr_html_()\n"
        "assert 'matplotlib.pyplot' not in sys.modules and 'tensorflow' not in sys.modules\n"
        "import matplotlib.pyplot as plt\n"
        "assert plt.get_fignums() == []\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)


def luminance(colour):
    channels = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("pen", [plots.DISCRIMINATOR, plots.GENERATOR, plots.REAL, plots.FAKE])
def test_every_colour_can_be_read_on_white(pen):
    assert 1.05 / (luminance(pen.colour) + 0.05) >= 4.5


def test_the_players_differ_by_dash_and_label_and_not_only_by_colour():
    for one, other in ((plots.DISCRIMINATOR, plots.GENERATOR), (plots.REAL, plots.FAKE)):
        assert one.dashes != other.dashes
        assert one.label != other.label
        assert one.colour != other.colour


# Grids of pictures


def shown_pictures(plot):
    return [np.asarray(image.get_array()) for image in plot.figure.findobj(AxesImage)]


def test_a_grid_shows_the_very_pixels_in_order_whatever_their_type():
    for images in (DIGITS[:6], DIGITS[:6, :, :, 0], data.scale_pixels(DIGITS[:6])):
        shown = shown_pictures(plots.picture_grid(images))
        np.testing.assert_array_equal(shown, DIGITS[:6, :, :, 0])


def test_a_grid_of_25_is_5_by_5_and_the_sentence_measures_it():
    images = np.zeros((25, 28, 28), np.uint8)
    images[:, :7] = 255
    sentence = plots.picture_grid(images, title="Bars.").sentence
    assert sentence.startswith("Bars: 25 pictures of 28 by 28 pixels in 5 rows of 5;")
    assert "25% of the pixels are bright" in sentence
    assert "differs from the average one by 0%" in sentence
    images[::2] = 255 - images[::2]
    assert "by 50% of the brightness range" in plots.picture_grid(images).sentence


@pytest.mark.parametrize(
    ("n", "given", "said"),
    [
        (7, {}, "1 row of 7"),
        (12, {}, "3 rows of 4"),
        (12, {"rows": 2}, "2 rows of 6"),
        (12, {"columns": 5}, "3 rows of 5"),
        (1, {}, "1 picture of 28 by 28 pixels in 1 row of 1; "),
    ],
)
def test_a_grid_takes_the_shape_that_is_asked_for(n, given, said):
    assert said in plots.picture_grid(DIGITS[:n], **given).sentence


def test_probabilities_stand_under_the_pictures_and_are_counted():
    plot = plots.picture_grid(DIGITS[:4], probabilities=np.array([[0.9], [0.2], [0.5], [0.75]]), titles="abcd")
    assert words_of(plot) == ["a", "0.90 real", "b", "0.20 fake", "c", "0.50 fake", "d", "0.75 real"]
    assert "takes 2 of 4 for real; its probabilities run from 0.20 to 0.90, mean 0.59." in plot.sentence
    assert "Titles, row by row: a, b, c, d." in plot.sentence


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        ({"rows": 1, "columns": 3}, "do not fit"),
        ({"titles": ["one"]}, "titles must have one entry for each of the 4"),
        ({"probabilities": [0.5] * 3}, "probabilities must have one entry"),
        ({"probabilities": [0.5, 0.5, 0.5, 3.2]}, "not logits"),
        ({"probabilities": [0.5, 0.5, 0.5, np.nan]}, "from 0 to 1"),
    ],
)
def test_a_grid_that_cannot_be_drawn_is_refused(arguments, word):
    with pytest.raises(ValueError, match=word):
        plots.picture_grid(DIGITS[:4], **arguments)


# Frames


def test_frames_show_each_grid_under_its_step():
    pictures = np.stack([DIGITS[:25], DIGITS[10:35]])
    plot = plots.frames(pictures, [200, 30_000])
    assert words_of(plot) == ["step 200", "step 30,000"]
    expected = [data.tile(grid, 5, 5) for grid in pictures]
    np.testing.assert_array_equal(shown_pictures(plot), expected)


def test_frames_say_how_much_the_pictures_change():
    grids = np.full((3, 25, 28, 28, 1), -1.0, np.float32)
    grids[1] = 0.0
    grids[2, :, :14] = 1.0
    grids[2, :, 14:] = 0.0
    sentence = plots.frames(grids, [0, 200, 1000], title="Growth").sentence
    assert sentence.startswith("Growth: 25 samples from the same latent vectors at steps 0, 200 and 1,000.")
    assert "50% from step 0 to 200 and 25% from step 200 to 1,000." in sentence


@pytest.mark.parametrize(
    ("shape", "steps", "word"),
    [((2, 25, 28, 28, 1), [1], "steps must have one entry"), ((25, 28, 28, 1), [1], "shape")],
)
def test_frames_that_do_not_fit_their_steps_are_refused(shape, steps, word):
    with pytest.raises(ValueError, match=word):
        plots.frames(np.zeros(shape, np.uint8), steps)


# Training curves


def test_curves_tell_the_first_and_the_last_tenth_of_every_column():
    sentence = plots.training_curves(a_history()).sentence
    assert sentence.startswith("Steps 10 to 5,000; means of the first and of the last tenth:")
    assert "the discriminator's loss 0.5 to 0.5," in sentence
    assert "the generator's loss 1.95 to 1.05," in sentence
    assert "the discriminator's accuracy 0.975 to 0.525," in sentence
    assert "the discriminator's mean probability for real ones 0.78 to 0.42," in sentence
    assert "the discriminator's mean probability for fakes 0.22 to 0.58," in sentence
    assert "the discriminator's gradient norm 19.5 to 10.5 and" in sentence
    assert "the generator's gradient norm 0.195 to 0.105." in sentence


def titles_of(plot):
    return [axes.get_title("left") for axes in plot.figure.axes if axes.get_title("left")]


def test_a_panel_without_its_columns_is_left_out():
    history = a_history()
    assert len(titles_of(plots.training_curves(history))) == 4
    del history["d_grad_norm"], history["g_grad_norm"], history["d_accuracy"]
    plot = plots.training_curves(history)
    assert titles_of(plot) == ["Loss", "Mean probability of being real"]
    assert "gradient" not in plot.sentence


def lines_of(plot, panel, pen):
    [axes] = [axes for axes in plot.figure.axes if axes.get_title("left") == panel]
    return [line for line in axes.lines if line.get_color() == pen.colour]


def test_raw_values_are_faint_and_their_running_mean_is_strong_and_dashed_by_player():
    history = a_history()
    history["d_loss"] = np.tile([0.0, 1.0], 250)
    plot = plots.training_curves(history)
    raw, smooth = lines_of(plot, "Loss", plots.DISCRIMINATOR)
    assert raw.get_alpha() < 0.5 < smooth.get_linewidth()
    np.testing.assert_array_equal(raw.get_ydata(), history["d_loss"])
    assert np.abs(smooth.get_ydata() - 0.5).max() < 0.1
    assert smooth.get_linestyle() == "-"
    assert lines_of(plot, "Loss", plots.GENERATOR)[1].get_linestyle() == "--"
    assert lines_of(plot, "Mean probability of being real", plots.FAKE)[1].get_linestyle() == "--"


def test_the_running_mean_keeps_constants_and_bridges_single_gaps_only():
    values = np.full(101, 3.0)
    values[50] = np.nan
    np.testing.assert_allclose(curves._running_mean(values, 4), 3.0)
    values[20:40] = np.inf
    smooth = curves._running_mean(values, 4)
    assert np.isnan(smooth[22:38]).all()
    np.testing.assert_allclose(smooth[np.isfinite(smooth)], 3.0)
    np.testing.assert_allclose(curves._running_mean(np.arange(5.0), 2), [0.5, 1, 2, 3, 3.5])


def test_missing_values_are_counted_and_drawn_as_gaps():
    history = a_history()
    history["g_loss"][100:160] = np.nan
    history["d_loss"][:] = np.nan
    plot = plots.training_curves(history)
    assert "the discriminator's loss not measured to not measured" in plot.sentence
    assert "Up to 500 of 500 rows lack a value." in plot.sentence
    assert lines_of(plot, "Loss", plots.DISCRIMINATOR) == []
    assert np.isnan(lines_of(plot, "Loss", plots.GENERATOR)[1].get_ydata()).any()
    plot.png()


@pytest.mark.parametrize(
    ("d_loss", "scale"),
    [([0.7, 3.0, 2.0], "linear"), ([0.7, 1e6, 0.0], "log"), ([-0.7, 1e6, 2.0], "linear"), ([np.nan] * 3, "linear")],
)
def test_a_loss_that_has_run_off_gets_a_logarithmic_scale(d_loss, scale):
    history = {"step": np.arange(1, 4), "d_loss": np.array(d_loss), "d_accuracy": np.full(3, 0.5)}
    loss = plots.training_curves(history).figure.axes[0]
    assert loss.get_yscale() == scale


def test_gradients_of_zero_do_not_spoil_the_logarithmic_panel():
    history = a_history()
    history["g_grad_norm"][:] = 0
    plot = plots.training_curves(history)
    assert lines_of(plot, "Gradient norm", plots.GENERATOR) == []
    plot.png()


def test_a_short_range_of_gradients_still_has_numbers_on_its_axis():
    history = a_history()
    history["d_grad_norm"], history["g_grad_norm"] = np.linspace(0.21, 0.9, 500), np.linspace(0.3, 0.6, 500)
    plot = plots.training_curves(history)
    plot.figure.draw_without_rendering()
    low, high = plot.figure.axes[3].get_ylim()
    assert sum(low <= tick <= high for tick in plot.figure.axes[3].get_yticks()) >= 2


def test_an_event_before_the_first_step_drawn_is_told_as_earlier():
    history = {name: values[100:] for name, values in a_history().items()}
    first = history["step"][0]
    figure = plots.training_curves(history, [{"step": 0, "name": "beta", "value": 5.0}]).figure
    told = " ".join(text.get_text() for axes in figure.axes for text in axes.texts)
    assert f"before step {first:,.0f}: beta = 5" in told


def test_events_are_numbered_told_and_merged_when_close():
    plot = plots.training_curves(a_history(), [*EVENTS[::-1], {"step": 2000, "event": "checkpoint"}])
    words = words_of(plot)
    assert "1   steps 1,000 to 1,040: g_learning_rate = 0.0005; d_steps = 2" in words
    assert "2   step 3,000: freeze_g = True" in words
    for panel in plot.figure.axes[:4]:
        assert [text.get_text() for text in panel.texts][-2:] == ["1", "2"]
        assert [line.get_xdata()[0] for line in panel.lines[-2:]] == [1000, 3000]
    assert plot.sentence.endswith(
        " Marked: g_learning_rate = 0.0005 at step 1,000, d_steps = 2 at step 1,040 and freeze_g = True at step 3,000."
    )


def test_a_value_of_a_numpy_float_is_told_in_few_digits():
    assert style.write_value(np.float32(2e-4)) == "0.0002"


def test_two_threads_that_draw_at_once_leave_the_settings_as_they_were():
    inside, go_on = threading.Event(), threading.Event()

    def draw():
        with style.house_style():
            inside.set()
            go_on.wait(5)

    with matplotlib.rc_context({"font.size": 17}):
        threads = [threading.Thread(target=draw) for _ in range(2)]
        threads[0].start()
        assert inside.wait(5)
        inside.clear()
        threads[1].start()
        assert not inside.wait(0.1)  # it waits until the first one has put the settings back
        go_on.set()
        for thread in threads:
            thread.join()
        assert matplotlib.rcParams["font.size"] == 17


def test_a_value_that_was_moved_often_is_told_by_its_last_value():
    events = [{"step": 1000 + i, "name": "d_steps", "value": i} for i in range(1, 9)]
    plot = plots.training_curves(a_history(), events)
    assert "1   steps 1,001 to 1,008: d_steps = 8" in words_of(plot)
    assert plot.sentence.endswith("d_steps = 5 at step 1,005 and 3 more.")


def test_curves_of_one_height_keep_their_names_apart():
    history = a_history()
    history["d_fake"] = history["d_real"] = np.full(500, 0.5)
    figure = plots.training_curves(history).figure
    figure.draw_without_rendering()
    labels = [t for t in figure.axes[2].texts if t.get_text() in ("real", "fake", "undecided")]
    boxes = sorted((t.get_window_extent() for t in labels), key=lambda box: box.y0)
    assert len(boxes) == 3
    assert all(low.y1 <= high.y0 + 1 for low, high in itertools.pairwise(boxes))


@pytest.mark.parametrize(
    ("history", "word"),
    [
        ({}, "train first"),
        ({"step": [], "d_loss": []}, "train first"),
        ({"d_loss": [1.0, 2.0]}, "train first"),
        ({"step": [1, 2], "loss": [1.0, 2.0]}, "train first"),
        ({"step": [1, 2], "d_loss": [1.0]}, "one length"),
    ],
)
def test_a_history_that_cannot_be_drawn_is_refused(history, word):
    with pytest.raises(ValueError, match=word):
        plots.training_curves(history)


# Several runs


def test_runs_are_told_apart_by_colour_dash_and_name():
    calm, wild = a_history(), a_history()
    wild["d_accuracy"] = np.ones(500)
    plot = plots.run_curves({"calm": calm, "wild": wild}, "d_accuracy")
    strong = [line for line in plot.figure.axes[0].lines if line.get_alpha() is None and len(line.get_xdata()) > 2]
    assert len({line.get_color() for line in strong}) == len({line.get_linestyle() for line in strong}) == 2
    assert {"calm", "wild"} <= {text.get_text() for text in plot.figure.axes[0].texts}
    assert plot.sentence.startswith("The discriminator's accuracy, means of the first and of the last tenth: calm ")
    assert plot.sentence.endswith("wild 1 to 1.")


def test_runs_of_other_steps_are_all_inside_the_axis():
    early, late = a_history(), a_history()
    late["step"] = late["step"] + 5000
    plot = plots.run_curves({"late": late, "early": early}, "d_loss")
    axes = plot.figure.axes[0]
    assert axes.get_xlim() == (0, 10_000)
    places = {text.get_text(): text.get_position()[0] for text in axes.texts}
    assert places == pytest.approx({"late": 1.02, "early": early["step"][-1] / 10_000 + 0.02}, abs=0.005)


@pytest.mark.parametrize(
    ("runs", "column", "word"),
    [
        (0, "d_loss", "histories must hold one to 4 things by name, not 0"),
        (5, "d_loss", "histories must hold one to 4 things by name, not 5"),
        (1, "loss", "column must be one of 'd_loss', "),
        (1, "elbo", "train first"),
    ],
)
def test_runs_that_cannot_be_compared_are_refused(runs, column, word):
    with pytest.raises(ValueError, match=word):
        plots.run_curves({str(i): a_history() for i in range(runs)}, column)


# Histogram


def test_the_histogram_counts_verdicts_and_draws_shares():
    plot = plots.score_histogram([0.9, 0.8, 0.7, 0.2], [[0.1], [0.6]])
    assert "takes 75% of 4 real pictures for real (mean probability 0.65) and 50% of 2 fake pictures" in plot.sentence
    assert "it would be right 62% of the time." in plot.sentence
    shares = [patch.get_data().values for patch in plot.figure.axes[0].patches]
    assert [values.sum() for values in shares] == [pytest.approx(1)] * 4
    assert "4 real pictures, mean 0.65" in words_of(plot)


@pytest.mark.parametrize("bad", [[], [0.5, 1.5], [-0.1], [np.nan], [[0.1, 0.2]]])
def test_a_histogram_of_something_else_than_probabilities_is_refused(bad):
    with pytest.raises(ValueError, match="fake_probabilities must be a list of probabilities"):
        plots.score_histogram([0.5], bad)
    with pytest.raises(ValueError, match="real_probabilities must be a list of probabilities"):
        plots.score_histogram(bad, [0.5])


# Diagrams


def test_a_network_is_told_from_input_to_output_with_its_parameters():
    plot = plots.network_diagram(a_network())
    assert plot.sentence == (
        "The network generator: 100 numbers in, 28 × 28 × 1 out, through 4 layers with 634,497 parameters. "
        "The most, 633,472 (100%), are in the layer Dense that puts out 6,272."
    )
    words = words_of(plot)
    for told in ("generator", "input", "Dense", "LeakyReLU, 0.2", "Conv2DTranspose 4×4, stride 4, tanh", "7 × 7 × 128"):
        assert told in words
    assert words[-2:] == ["4 layers", "634,497"]
    assert "InputLayer" not in words


def boxes_of(plot):
    kind = "FancyBboxPatch"
    return [patch for patch in plot.figure.axes[0].patches if type(patch).__name__ == kind]


def test_a_wider_box_holds_more_numbers_and_an_empty_one_no_parameters():
    boxes = boxes_of(plots.network_diagram(a_network()))
    assert len(boxes) == 5
    units = np.array([100, 6272, 6272, 6272, 784])
    widths = np.array([box.get_width() for box in boxes])
    np.testing.assert_allclose(widths / widths.max(), np.sqrt(units / units.max()), rtol=1e-6)
    white = [matplotlib.colors.to_hex(box.get_facecolor()) == "#ffffff" for box in boxes]
    assert white == [True, False, True, True, False]


@pytest.mark.parametrize(
    ("name", "colour"),
    [
        ("conv_generator", plots.GENERATOR.colour),
        ("discriminator", plots.DISCRIMINATOR.colour),
        ("encoder", style.GREY),
    ],
)
def test_a_network_has_the_colour_of_its_player(name, colour):
    box = boxes_of(plots.network_diagram(a_network(name)))[1]
    assert matplotlib.colors.to_hex(box.get_facecolor()) == colour.lower()


def test_a_network_without_parameters_is_drawn_too():
    network = a_network()
    network.layers = network.layers[2:4]
    assert plots.network_diagram(network).sentence.endswith("through 2 layers with 0 parameters.")


@pytest.mark.parametrize(
    "end",
    [
        lambda layers, given: layers.Add()([layers.Dense(3)(given), layers.Dense(3)(given)]),
        lambda layers, given: layers.Add()([given, layers.Dense(4)(given)]),
    ],
)
def test_a_network_that_branches_is_refused_and_a_chain_is_drawn(end):
    from ganlib._tensorflow import keras

    layers, given = keras.layers, keras.Input((4,))
    inner = keras.Sequential([keras.Input((4,)), layers.Dense(3)])
    chain = keras.Model(given, layers.Dense(2)(inner(given)))
    assert "through 2 layers with 23 parameters" in plots.network_diagram(chain).sentence
    with pytest.raises(ValueError, match="a chain of layers"):
        plots.network_diagram(keras.Model(given, end(layers, given)))


@pytest.mark.parametrize("build", ["build_generator", "build_discriminator", "build_conv_generator"])
def test_the_networks_of_the_course_fit_into_their_diagram(build):
    from ganlib import builders

    model = getattr(builders, build)()
    plot = plots.network_diagram(model, title="A network")
    assert f"{model.count_params():,} parameters" in plot.sentence
    FIGURES[build] = lambda: plot
    try:
        test_all_words_are_large_enough_and_inside_the_figure(build)
        test_no_words_overlap(build)
    finally:
        del FIGURES[build]


def test_the_game_shows_which_network_is_held_still():
    both, d_step, g_step = (plots.game_diagram(step) for step in (None, "discriminator", "generator"))
    assert "held still" not in words_of(both)
    for step, held in ((d_step, "generator"), (g_step, "discriminator")):
        texts = {text.get_text(): text.get_color() for text in texts_of(step.figure)}
        assert "held still" in texts
        assert texts[held] == style.GREY
        assert f"the {held} is held still" in step.figure.axes[0].texts[0].get_text()
    assert "the generator is held still" in d_step.sentence
    assert "discriminator, which is held still" in g_step.sentence


def test_the_game_labels_real_1_and_fake_0_and_fake_1_in_the_generators_step():
    d_words, g_words = (words_of(plots.game_diagram(step)) for step in ("discriminator", "generator"))
    assert {"real digits, label 1", "fake digits, label 0"} <= set(d_words)
    assert {"real digits, not used", "fake digits, label 1"} <= set(g_words)


def test_only_the_gradient_of_the_network_that_learns_is_drawn():
    def gradients(step):
        lines = plots.game_diagram(step).figure.axes[0].lines
        return {line.get_color() for line in lines if line.get_linewidth() == 3} - {style.GREY}

    d, g = plots.DISCRIMINATOR.colour, plots.GENERATOR.colour
    assert (gradients(None), gradients("discriminator"), gradients("generator")) == ({d, g}, {d}, {g})


def test_the_game_can_show_a_learners_own_pictures():
    shown = shown_pictures(plots.game_diagram(real=DIGITS[4:8], fake=data.scale_pixels(DIGITS[8:20])))
    np.testing.assert_array_equal(shown, [data.tile(DIGITS[4:8], 2, 2), data.tile(DIGITS[8:12], 2, 2)])


@pytest.mark.parametrize("arguments", [{"highlight": "both"}, {"real": DIGITS[:3]}])
def test_an_impossible_game_is_refused(arguments):
    with pytest.raises(ValueError, match=r"highlight must be|at least 4 pictures"):
        plots.game_diagram(**arguments)
