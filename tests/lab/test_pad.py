"""The drawing pad headless: what a page may send, what becomes of it, and that nothing is lost."""

import errno
import functools
import threading
from types import SimpleNamespace

import numpy as np
import pytest
from helpers import tiny
from PIL import Image

from ganlib import GAN, judge
from ganlib.data import Pictures, load_pictures
from ganlib.lab import DrawingPad, pad, strokes
from ganlib.lab.trainer import LabTrainer
from ganlib.models.conditional import ConditionalGAN

THREE = [300, 200, 600, 200, 650, 300, 600, 450, 400, 480, 600, 500, 680, 650, 600, 800, 300, 800]
SEVEN = [300, 200, 680, 200, 450, 820]
ONE = [520, 180, 480, 800]
ENOUGH = 33  # pictures that load_pictures takes


@pytest.fixture(autouse=True)
def _own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("GANLIB_CACHE", str(tmp_path / "cache"))


class Page:
    """A browser in which a pad is open: sends messages to it, and keeps its answers."""

    def __init__(self, opened):
        self.pad, self.answers = opened, []
        opened.board.send = lambda content, buffers=None: self.answers.append(content)

    def send(self, content):
        before = len(self.answers)
        self.pad.board._handle_custom_msg(content, [])
        assert len(self.answers) == before + 1
        return self.answers[-1]

    def draw(self, *lines, do="change", kind=None, ink=None, width=80):
        ink = ink or self.pad.board.about["ink"]
        drawn = [{"points": list(points), "width": width, "ink": ink} for points in lines]
        return self.send({"do": do, "number": "1", "kind": kind or self.pad.kinds[0], "strokes": drawn})

    def keep(self, *lines, **options):
        return self.draw(*lines, do="keep", **options)

    def keep_many(self, count=ENOUGH):
        inks = [name for name, _ in self.pad.board.about["inks"]]
        for n in range(count):
            line = [200 + 15 * n, 200, 500, 300 + 10 * n]
            self.keep(line, kind=self.pad.kinds[n % len(self.pad.kinds)], ink=inks[n % len(inks)])


def opened(*arguments, **options):
    return Page(DrawingPad(*arguments, **options))


def equal(some, others):
    return (
        np.array_equal(some.images, others.images)
        and np.array_equal(some.labels, others.labels)
        and some.classes == others.classes
        and some.images.dtype == others.images.dtype == np.uint8
        and some.labels.dtype == others.labels.dtype == np.int32
    )


# Pictures


def test_what_is_kept_is_a_set_of_pictures():
    page = opened(["dog", "cat"], size=20)
    assert len(page.pad.pictures.images) == 0
    page.keep(ONE, kind="cat")
    page.keep(SEVEN, kind="dog")
    pictures = page.pad.pictures
    assert isinstance(pictures, Pictures)
    assert (pictures.images.shape, pictures.images.dtype) == ((2, 20, 20, 1), np.uint8)
    assert (pictures.labels.tolist(), pictures.classes) == ([0, 1], ("cat", "dog"))
    assert pictures.images.min() == 0
    assert pictures.images.max() == 255
    assert len(np.unique(pictures.images)) > 10  # smooth edges
    assert page.pad.board.kept["counts"] == [1, 1]


@pytest.mark.parametrize("kinds", [("mine",), ("b", "a", "é & more")])
@pytest.mark.parametrize(("channels", "paper"), [(1, "black"), (1, "white"), (3, "white"), (3, "black")])
def test_what_is_saved_is_read_back_equal(tmp_path, kinds, channels, paper):
    page = opened(kinds, size=24, channels=channels, paper=paper, folder=tmp_path / "at_once")
    page.keep_many()
    page.pad.folder.rename(tmp_path / "moved")
    for folder in (tmp_path / "moved", page.pad.save(tmp_path / "saved")):
        assert equal(load_pictures(folder, 24), page.pad.pictures)
        assert sorted(path.name for path in folder.iterdir()) == sorted(kinds)
    assert page.pad.pictures.images.shape == (ENOUGH, 24, 24, channels)


def test_colour_pictures_without_colour_are_read_back_equal_if_told_so(tmp_path):
    page = opened(channels=3)
    for n in range(ENOUGH):
        page.keep([100, 10 * n, 900, 500])
    assert equal(load_pictures(page.pad.save(tmp_path / "a"), 28, 3), page.pad.pictures)


def test_the_folders_of_several_learners_are_merged_by_copying(tmp_path):
    kept = 0
    for _ in range(3):
        page = opened(["cat", "dog"])
        page.keep_many(12)
        page.pad.save(tmp_path / "all")
        kept += len(page.pad.pictures.images)
    assert len(load_pictures(tmp_path / "all").images) == kept == 36


def test_saving_overwrites_nothing(tmp_path):
    page = opened()
    page.keep_many(3)
    page.pad.save(tmp_path)
    files = sorted(tmp_path.rglob("*.png"))
    files[0].write_bytes(b"of somebody else")
    page.keep(ONE)
    page.pad.save(tmp_path)
    assert files[0].read_bytes() == b"of somebody else"
    assert len(list(tmp_path.rglob("*.png"))) == 4


def test_there_must_be_something_to_save(tmp_path):
    with pytest.raises(ValueError, match="nothing to save yet"):
        DrawingPad().save(tmp_path / "a")
    assert not (tmp_path / "a").exists()


# A folder that is written at once


def test_each_picture_is_on_the_disk_when_the_page_hears_that_it_is_kept(tmp_path):
    page = opened(["cat", "dog"], folder=tmp_path / "new")
    page.keep(ONE, kind="dog")
    (file,) = (tmp_path / "new" / "dog").iterdir()
    assert np.array_equal(np.asarray(Image.open(file)), page.pad.pictures.images[0, ..., 0])


def test_a_pad_opened_again_goes_on_with_what_is_there(tmp_path):
    page = opened(["cat", "dog"], folder=tmp_path)
    page.keep_many(12)
    again = opened(["dog", "cat"], folder=str(tmp_path))
    assert equal(again.pad.pictures, page.pad.pictures)
    assert again.pad.board.kept["last"] == page.pad.board.kept["last"]
    again.keep(ONE)
    assert sum(again.pad.board.kept["counts"]) == 13


def test_what_cannot_be_read_is_left_alone_and_told_of(tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "a.png").write_bytes(b"no picture")
    Image.new("RGB", (60, 40), (200, 10, 10)).save(tmp_path / "mine" / "b.png")
    page = opened(folder=tmp_path)
    assert page.pad.pictures.images.shape == (1, 28, 28, 1)
    assert page.pad.board.about["said"].startswith("1 of the files in ")
    assert (tmp_path / "mine" / "a.png").read_bytes() == b"no picture"


def test_a_picture_that_cannot_be_written_is_kept_and_written_later(tmp_path, monkeypatch):
    page, write = opened(folder=tmp_path), pad._write
    full = OSError(errno.ENOSPC, "the file could not be written: the disk is full.")
    monkeypatch.setattr(pad, "_write", lambda *_: (_ for _ in ()).throw(full))
    answer = page.keep(ONE)
    assert not answer.get("refused")
    assert "the disk is full" in answer["said"]
    assert len(page.pad.pictures.images) == 1
    monkeypatch.setattr(pad, "_write", write)
    page.keep(SEVEN)
    assert len(list(tmp_path.rglob("*.png"))) == 2


def test_a_picture_can_be_thrown_away_and_its_file_with_it(tmp_path):
    page = opened(["cat", "dog"], folder=tmp_path)
    page.keep_many(12)
    last = page.pad.board.kept["last"]
    assert len(last) == 10
    answer = page.send({"do": "drop", "id": last[3]["id"], "number": "7"})
    assert answer == {"said": "Thrown away.", "number": "7"}
    assert not (tmp_path / last[3]["id"]).exists()
    assert len(list(tmp_path.rglob("*.png"))) == len(page.pad.pictures.images) == 11
    assert last[3] not in page.pad.board.kept["last"]
    assert page.send({"do": "drop", "id": last[3]["id"]})["refused"]
    assert len(page.pad.pictures.images) == 11


# From strokes to pictures


def box_of(picture):
    rows, columns = np.nonzero(picture[..., 0] > 60)
    return rows.min(), rows.max() + 1, columns.min(), columns.max() + 1


@pytest.mark.parametrize("points", [THREE, SEVEN, ONE])
@pytest.mark.parametrize(("size", "x", "y"), [(1, 0, 0), (0.3, 50, 600), (1.3, -200, -100)])
def test_a_centred_digit_fits_the_box_wherever_and_however_large_it_was_drawn(points, size, x, y):
    page = opened()
    page.draw((np.array(points).reshape(-1, 2) * size + (x, y)).round().ravel().tolist())
    picture = page.pad.current[0]
    top, bottom, left, right = box_of(picture * 127.5 + 127.5)
    assert 19 <= max(bottom - top, right - left) <= 21
    ink = picture[..., 0] + 1
    mass = [ink.sum(axis=axis) @ (np.arange(28) + 0.5) / ink.sum() for axis in (0, 1)]
    assert np.allclose(mass, 14, atol=0.1)


def test_a_dot_stays_a_dot_and_goes_to_the_middle():
    page = opened()
    page.draw([100, 900])
    assert max(np.ptp(box_of(page.pad.current[0] * 127.5 + 127.5)[:2]), 1) <= 4
    assert page.pad.current[0, 13:15, 13:15].min() > 0.7


def test_without_centring_a_picture_is_as_it_was_drawn():
    page = opened(centred=False)
    page.draw([0, 0, 500, 0, 500, 500, 0, 500], width=200)
    assert page.pad.current[0, 7, 14] == 1
    assert page.pad.current[0, 20:].max() == -1
    assert opened(size=32).pad._centred is opened(channels=3).pad._centred is False


def test_paper_that_is_empty_stays_empty():
    page = opened(channels=3, centred=True)
    page.draw(ONE, ink="white")
    assert page.pad.current.min() == 1
    assert DrawingPad().current.max() == -1


def test_the_inks_are_the_colours_that_they_are_called():
    page = opened(channels=3, size=16)
    for name, colour in page.pad.board.about["inks"]:
        page.keep([0, 500, 1000, 500], ink=name, width=200)
        found = page.pad._kept[-1].picture[8, 8]
        assert "#" + "".join(f"{part:02x}" for part in found) == colour


def test_the_digit_classifier_reads_what_is_drawn():
    page = opened([str(n) for n in range(10)])
    for points, digit in ((THREE, 3), (SEVEN, 7), (ONE, 1)):
        page.draw(points)
        assert judge.recognise(page.pad.current)[0].argmax() == digit


# Messages that nobody should send


STROKE = {"points": ONE, "width": 80, "ink": "white"}
GOOD = {"do": "keep", "kind": "mine", "strokes": [STROKE], "number": "1"}
STROKES = [
    None,
    "strokes",
    b"\0",
    {},
    [None],
    [[]],
    [{}],
    [],
    [{**STROKE, "points": "9" * 4000}],
    [{**STROKE, "points": []}],
    [{**STROKE, "points": [1, 2, 3]}],
    [{**STROKE, "points": [1, float("nan")]}],
    [{**STROKE, "points": [1, float("inf")]}],
    [{**STROKE, "points": [1, 10**400]}],
    [{**STROKE, "points": [1, "2"]}],
    [{**STROKE, "points": [1, None]}],
    [{**STROKE, "points": [[1, 2], [3]]}],
    [{**STROKE, "points": [1, 5000]}],
    [{**STROKE, "points": [1, 2] * 20_001}],
    [{**STROKE, "points": [1, 2] * 15_000}] * 2,
    [{**STROKE, "width": float("nan")}],
    [{**STROKE, "width": 10**9}],
    [{**STROKE, "width": "80"}],
    [{**STROKE, "ink": "purple"}],
    [{**STROKE, "ink": ["white"]}],
    [{"ink": "white"}],
]
MESSAGES = [
    None,
    "keep",
    [],
    {},
    {"do": "__init__"},
    {"do": ["keep"]},
    {**GOOD, "kind": "other"},
    {**GOOD, "kind": "../mine"},
    {**GOOD, "kind": None},
    {"do": "drop"},
    {"do": "drop", "id": "../../etc/passwd"},
    {"do": "drop", "id": {}},
    *({**GOOD, "strokes": drawn} for drawn in STROKES),
]


@pytest.mark.parametrize("message", MESSAGES, ids=range(len(MESSAGES)))
def test_a_message_that_does_not_fit_is_answered_in_a_sentence_and_changes_nothing(tmp_path, message):
    page = opened(folder=tmp_path)
    page.draw(SEVEN)
    page.keep(ONE)
    page.draw(SEVEN)
    drawn, kept = page.pad.current, page.pad.pictures
    answer = page.send(message)
    assert answer["refused"] is True
    assert answer["said"].endswith((".", "!"))
    assert len(answer["said"]) < 300
    assert np.array_equal(page.pad.current, drawn)
    assert equal(page.pad.pictures, kept)
    assert len(list(tmp_path.rglob("*.*"))) == 1
    assert not page.keep(THREE).get("refused")


def test_the_number_of_a_message_comes_back_with_the_answer():
    page = opened()
    assert page.send({**GOOD, "number": "abc-5"})["number"] == "abc-5"
    assert page.send({**GOOD, "number": float("nan")})["number"] == ""


def test_a_page_cannot_set_what_is_shown():
    page = opened()
    page.keep(ONE)
    before = page.pad.board.kept
    page.pad.board.set_state({"kept": {"counts": "x"}, "about": 3, "watching": "yes"})
    assert page.pad.board.kept == before


def test_a_kernel_that_is_interrupted_answers_all_the_same():
    page = opened()
    page.pad.on_change(lambda picture: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        page.draw(ONE)
    assert "interrupted" in page.answers[-1]["said"]


def test_messages_on_several_threads_lose_nothing(tmp_path):
    page = opened(["cat", "dog"], folder=tmp_path)

    def keep(kind):
        for n in range(15):
            message = {**GOOD, "kind": kind, "strokes": [{**STROKE, "points": [n, n, 500, 500]}]}
            page.pad.board._handle_custom_msg(message, [])
            assert page.pad.pictures.images.ndim == 4

    threads = [threading.Thread(target=keep, args=(kind,)) for kind in ("cat", "dog", "cat", "dog")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert page.pad.board.kept["counts"] == [30, 30]
    assert len(list(tmp_path.rglob("*.png"))) == 60
    assert equal(page.pad.pictures, DrawingPad(["cat", "dog"], folder=tmp_path).pictures)


# Who looks on


def test_a_function_is_called_with_the_drawing_as_it_changes():
    page, seen = opened(), []
    page.pad.on_change(seen.append)
    page.draw(ONE)
    page.draw(ONE, SEVEN)
    page.keep(ONE, SEVEN)
    page.draw(ONE, do="look")
    assert len(seen) == 3
    assert (seen[0].shape, seen[0].dtype) == ((1, 28, 28, 1), np.float32)
    assert seen[2].max() == -1  # the pad is empty at once
    page.pad.on_change(None)
    page.draw(SEVEN)
    assert len(seen) == 3


def test_a_function_that_fails_is_told_of_and_the_picture_is_kept():
    page = opened()
    page.pad.on_change(lambda picture: 1 / 0)
    assert page.draw(ONE)["said"] == "Your function for on_change failed: ZeroDivisionError: division by zero"
    answer = page.keep(ONE)
    assert "division by zero" in answer["said"]
    assert not answer.get("refused")
    assert len(page.pad.pictures.images) == 1


@functools.cache
def watched(loss_kind="non_saturating"):
    return GAN(seed=0, loss_kind=loss_kind)


def test_a_discriminator_and_the_classifier_say_what_they_think(graph):
    page, gan = opened(), watched()
    assert page.draw(THREE)["verdict"] == []
    page.pad.watch(gan)
    real, digit = page.draw(THREE)["verdict"]
    share = gan.probability_real(page.pad.current)[0]
    assert real == {"said": f"The discriminator gives {share:.2f} that it is real.", "share": float(share)}
    assert digit["said"].startswith("The digit classifier reads 3, probability ")
    assert page.draw()["verdict"] == []


def test_a_critic_gives_a_score_and_no_probability(graph):
    page, gan = opened(), watched("wasserstein")
    page.pad.watch(gan)
    score = page.draw(SEVEN)["verdict"][0]
    assert score["said"] == f"The discriminator's score is {gan.scores(page.pad.current)[0]:.2f}; higher is more real."
    assert score["share"] is None


def test_a_conditional_discriminator_is_told_the_kind(graph):
    gan = ConditionalGAN(seed=0, classes=2, image_shape=(16, 16, 3))
    page = opened(["dog", "cat"], size=16, channels=3)
    page.pad.watch(gan)
    for kind, label in (("cat", 0), ("dog", 1)):
        (told,) = page.draw(ONE, kind=kind)["verdict"]
        assert told["share"] == pytest.approx(gan.probability_real(page.pad.current, [label])[0])
    with pytest.raises(ValueError, match="classes of the model are 0, 1, and the kinds of the pad mine"):
        DrawingPad(size=16, channels=3).watch(gan)
    trees = ConditionalGAN(seed=0, classes=["oak", "elm"], image_shape=(16, 16, 3))
    with pytest.raises(ValueError, match="classes of the model are oak, elm, and the kinds of the pad cat, dog"):
        page.pad.watch(trees)


def test_another_judge_reads_too():
    rows = iter((np.eye(10)[[4]], np.full((1, 10), 0.1)))
    page = opened(judge=SimpleNamespace(classifier=SimpleNamespace(recognise=lambda pictures: next(rows))))
    page.pad.watch()
    assert page.draw(THREE)["verdict"] == [{"said": "The digit classifier reads 4, probability 1.00.", "share": 1.0}]
    assert page.draw(SEVEN)["verdict"] == [{"said": "The digit classifier reads no digit.", "share": 0.1}]


def test_a_model_that_is_broken_is_told_of(graph, monkeypatch):
    page, gan = opened(), watched()
    page.pad.watch(gan)
    monkeypatch.setattr(gan, "scores", lambda pictures: np.array([np.nan], np.float32))
    assert page.draw(ONE)["verdict"][0]["share"] is None
    monkeypatch.setattr(gan, "scores", lambda pictures: {}["weights"])
    assert page.draw(ONE)["said"] == "KeyError: 'weights'"


def test_a_model_can_be_watched_while_it_trains_and_is_not_changed_by_it(graph):
    data = tiny.pictures(size=16)

    def trained(page):
        gan = GAN(seed=0, **tiny.build_networks(size=16))
        trainer = LabTrainer(gan, data, batch_size=8)
        if page:
            page.pad.watch(gan)
        trainer.play(60)
        told = [page.draw(ONE, [n, 0, n, 99])["verdict"][0]["share"] for n in range(20)] if page else []
        assert trainer.wait()
        trainer.close()
        return gan, told

    gan, told = trained(opened(size=16))
    alone, _ = trained(None)
    assert gan.step == 60
    assert all(0 <= share <= 1 for share in told)
    for one, other in zip(gan.get_weights(), alone.get_weights(), strict=True):
        assert np.array_equal(one, other)


# Arguments


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"kinds": "cat"}, "kinds must be a list of names"),
        ({"kinds": []}, "kinds must be 1 to 100 names"),
        ({"kinds": ["a"] * 101}, "kinds must be 1 to 100 names"),
        ({"kinds": [3]}, "kinds must be a list of names"),
        ({"kinds": ["a", "a"]}, "kinds must all be different"),
        ({"kinds": ["a", "A"]}, "kinds must all be different"),
        *(({"kinds": ["a", name]}, "kinds will be names of folders") for name in ("", " ", ".", "..", ".a", "a ")),
        *(({"kinds": [name]}, "kinds will be names of folders") for name in ("a/b", "a\\b", "a\nb", "CON", "aux.x")),
        ({"kinds": ["x" * 61]}, "kinds will be names of folders"),
        ({"size": 15}, "size must be a whole number from 16 to 64"),
        ({"size": "28"}, "size must be a whole number"),
        ({"channels": 2}, "channels must be one of 1, 3"),
        ({"folder": ""}, "folder must be the name"),
        ({"folder": 3}, "folder must be the name"),
        ({"folder": __file__}, "folder .* cannot be used"),
        ({"judge": "me"}, "judge must be a Judge"),
        ({"paper": "grey"}, "paper must be one of 'black', 'white'"),
        ({"centred": "yes"}, "centred must be True or False"),
    ],
)
def test_arguments_that_make_no_sense_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        DrawingPad(**options)


def test_models_and_functions_that_do_not_fit_are_refused():
    small = DrawingPad(size=16)
    for model, message in (
        ("gan", "model must be a GAN"),
        (watched(), "16 by 16 by 1, and those of the model 28 by 28 by 1"),
        (None, "model must be a GAN here"),
    ):
        with pytest.raises(ValueError, match=message):
            small.watch(model)
    assert not small.board.watching
    with pytest.raises(ValueError, match="function must be a function"):
        small.on_change(3)


# Without a kernel


def test_a_page_without_a_kernel_gets_a_line():
    data = DrawingPad()._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in data
    assert data["text/plain"] == "A drawing pad with 0 pictures. Run this cell in JupyterLab to draw."


def test_the_colours_can_be_told_apart_by_number_and_name():
    assert len({*strokes.COLOURS.values()}) == len(strokes.COLOURS) == 9
