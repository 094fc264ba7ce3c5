"""The live lab: play, steer and watch a model while it trains, in a notebook.

Everything that is slow or that trains is in `trainer.py`; what is drawn is in `views.py`; what is said in `words.py`.
The trainer's thread writes the pictures and texts here and nothing else.
"""

import base64
import sys
from html import escape
from typing import NamedTuple

import ipywidgets
import numpy as np

from ganlib import data as pixels
from ganlib import judge
from ganlib.arguments import Switch
from ganlib.lab import pictures, theme, views, words
from ganlib.lab.controls import ControlPanel, frame
from ganlib.lab.layers import KEPT, Layers
from ganlib.lab.pair import Film, Run, difference, frame_at
from ganlib.lab.session import Session
from ganlib.lab.tour import Seen, Tour
from ganlib.lab.trainer import LabTrainer, pause_on_interrupt
from ganlib.models.conditional import ConditionalGAN
from ganlib.models.gan import GAN
from ganlib.models.plane import PlaneGAN
from ganlib.models.presets import PRESETS
from ganlib.plots import style
from ganlib.thinning import thin_history
from ganlib.training import describe_device, fingerprint

WATCHED = 100  # fakes and real examples that the gauges and the histogram look at
SHOWN = pictures.SIDE**2
WHOLE_EVERY = 3  # looks; the others see what is shown only, which costs half
JUDGE_EVERY = 12  # looks while it trains
PLANE_EVERY = 0.06  # seconds from one look to the next, of a GAN in the plane: seeing it move is what it is for
CHARTS_EVERY = 4  # looks at the plane; the others draw nothing else
SURE = 0.9  # probability from which the judge recognises a digit
SHORT_WINDOW = 1000  # steps
PRETRAINING = 100  # steps
HELD = 200  # steps that "Train N" begins with where the page has to wait until they are done
WINDOWS = [("last 1,000 steps", SHORT_WINDOW), ("whole run", 0)]
MADE, REAL, POINTS = "Made", "Real", "Rings are real, crosses are made"
PIN, UNPIN = "Pin this run", "Unpin"
PINNED_ROWS = 2000  # of the history of a pinned run
PAIR = "ganlib-pair"  # the class of a lab with a pinned run
SPEEDS = [("as fast as it goes", "full"), ("calm", "calm"), ("slow motion", "slow")]


class Pinned(NamedTuple):
    """A run that stays beside the present one: what decided it, its film and its history, thinned."""

    run: Run
    steps: tuple
    frames: tuple
    history: dict


class LiveLab:
    """A lab around one model; show it as the last line of a cell.

    Parameters
    ----------
    model : TrainableModel
        A GAN of pictures or of points; any other model of pictures has the same controls and charts.
    data : ndarray, tuple or None
        As in `LabTrainer`.
    background : bool or None
        Whether the page shows what happens while no cell runs. False: there is "Train N" in place of play and pause,
        and it holds the page until it is done. None: False on Colab, else True.
    **options
        As in `LabTrainer`: `batch_size`, `run`, `sample_interval`, `callbacks`, `most_steps`, `most_minutes`.

    Attributes
    ----------
    trainer : LabTrainer
        What trains; every button has a method there.
    widget : ipywidgets.VBox
    buttons, menus : dict of str to Widget
    panel : ControlPanel
    parts : dict of str to Widget
        What the tour can light.
    layers : Layers or None
        Of a GAN in the plane: the switches for what is shown of it.
    tour : Tour
        The eight cards; only a lab around a GAN has it.

    Examples
    --------
    >>> lab = LiveLab(GAN(seed=0))  # doctest: +SKIP
    >>> lab  # doctest: +SKIP
    """

    def __init__(self, model, data=None, *, background=None, **options):
        self.model, self._adversarial = model, isinstance(model, GAN)
        shows = "google.colab" not in sys.modules
        self.background = shows if background is None else Switch("background")(background)
        self._preset_told = ""
        self._looks, self._shown_values = 0, None
        self._before = self._drawn = None
        self._asked = False  # whether the picture is about to be drawn once more
        self.layers = Layers(model, lambda: self._try(self._ask)) if isinstance(model, PlaneGAN) else None
        self.look_every = PLANE_EVERY if self.layers else None
        self._film, self._pinned, self._checked = Film(), None, (None, "")
        self._build()
        self.trainer = LabTrainer(model, data, view=self, **options)
        self._know_data()
        # A conditional GAN is asked for all digits in turn.
        self._digits_told = [np.arange(WATCHED) % model.classes] if isinstance(model, ConditionalGAN) else []
        self.panel = ControlPanel(model.live, self.trainer.set, self.complain)
        self._arrange()
        self.look(self.trainer)
        pause_on_interrupt()

    def _know_data(self):
        """Take the real examples to show and to measure by from the trainer's data, which a session may change."""
        self._known, points = self.trainer.data, isinstance(self.model, PlaneGAN)
        self._real, *self._real_labels = (array[:WATCHED] for array in self._known)
        self._legible = not points and judge.are_digits(self._real)
        self._what = "points" if points else "digits" if self._legible else "pictures"
        self._digits = None

    # --- the widgets ----------------------------------------------------------------------------------------------

    def _build(self):
        """Make what the trainer writes: pictures, charts, gauges and a status.

        Widgets share their layouts and styles: a page that is loaded again asks the kernel for each of them, busy as it
        is with training, and gives up after some seconds.
        """
        self._status = ipywidgets.HTML()
        self._plain = {"layout": self._status.layout, "style": self._status.style}
        self._narrow = {"layout": ipywidgets.Layout(width="auto"), "style": ipywidgets.ButtonStyle()}
        self._fake_picture, self._real_picture = (ipywidgets.HTML(**self._plain) for _ in range(2))
        self._pngs = {}
        self._pinned_title, self._pinned_picture, self._differs = (ipywidgets.HTML(**self._plain) for _ in range(3))
        self._loop, self._charts, self._gauges, self._verdict, self._status = (
            ipywidgets.HTML(**self._plain) for _ in range(5)
        )
        self._written = (
            *(self._fake_picture, self._real_picture, self._loop),
            *(self._charts, self._gauges, self._verdict, self._status),
            *(self._pinned_title, self._pinned_picture, self._differs),
        )

    def _arrange(self):
        """Make what people press, and put everything in its place: each control stands with the network it steers."""
        self._make_buttons()
        self._make_settings()
        run = [button for name, button in self.buttons.items() if name in ("play", "pause", "step", "more")]
        last = [self.seed, self.buttons["tour"]] if self._adversarial else []
        run += [self.number, self.menus["speed"], self.buttons["reset"], self.buttons["pin"]]
        bar = self._box("bar", *run, *last)
        self.parts = {"bar": bar, "loop": self._loop, "verdict": self._verdict}
        stage = self._stage()
        if self._adversarial:
            self.tour = Tour(self.trainer, self.parts, self._seen, self._button, lambda: self._what)
            self._written += (self.tour.answer,)
        self.widget = frame(
            bar,
            self._status,
            *([self.tour.widget, self._loop] if self._adversarial else []),
            self._differs,
            stage,
            self._box("bar", self.menus["window"], *self._session_row()),
            self._charts,
        )
        if "play" in self.buttons:
            self.buttons["play"].add_class("ganlib-main")
            self.buttons["play"].button_style = "primary"
        self.widget.add_class("ganlib-lab")
        self._differs.add_class("ganlib-pinned")  # seen where a run is pinned

    def _stage(self):
        """Put the pictures in the middle, and each network's controls at its side."""
        rows = self.panel.rows
        points = isinstance(self.model, PlaneGAN)
        made = self._box(
            "seen",
            ipywidgets.HTML(f"<b>{POINTS if points else MADE}</b>", **self._plain),
            self._fake_picture,
            *([self.layers.widget] if points else []),
            area="made",
        )
        pinned = self._box("seen", self._pinned_title, self._pinned_picture, area="pinned")
        if not self._adversarial:
            left = self._box("left", self._box("side", *rows.values(), area="both"))
            stage = ipywidgets.GridBox([left, made, pinned])
            stage.add_class("ganlib-plain")
        else:
            own = {letter: [row for name, row in rows.items() if owner(name) == letter] for letter in "gd"}
            shared = [row for name, row in rows.items() if not owner(name)]
            g_side = self._box("side", *own["g"], self._box("bar", self.buttons["g_step"]), area="g")
            left = self._box(
                "left", g_side, self._box("side", *shared, self.menus["preset"], self.from_start, area="both")
            )
            alone = self._box("bar", self.buttons["d_step"], self.buttons["pretrain"])
            d_side = self._box("side", *own["d"], alone, self._verdict, area="d")
            real = self._box("seen", ipywidgets.HTML(f"<b>{REAL}</b>", **self._plain), self._real_picture, area="real")
            gauges = self._box("gauges", self._gauges, area="gauges")
            stage = ipywidgets.GridBox([left, made, pinned, *([] if points else [real]), d_side, gauges])
            self.parts |= {"made": made, "g": g_side, "d": d_side, "gauges": gauges}
            if points:
                stage.add_class("ganlib-alone")
        stage.add_class("ganlib-stage")
        return stage

    def _make_buttons(self):
        trainer, actions = self.trainer, {}
        if self.background:
            actions |= {
                "play": ("▶ Play", "Train until you press Pause", trainer.play),
                "pause": ("❚❚ Pause", "Stop after the present block of steps", trainer.pause),
            }
        actions["step"] = ("1 step", "One step of both networks", trainer.step)
        if self._adversarial:
            actions |= {
                "d_step": ("D step", "One step of D alone, G held still", lambda: trainer.alone("discriminator")),
                "g_step": ("G step", "One step of G alone, D held still", lambda: trainer.alone("generator")),
                "pretrain": (
                    f"D alone × {PRETRAINING}",
                    f"Pretrain D: {PRETRAINING} steps of D alone",
                    lambda: trainer.alone("discriminator", PRETRAINING),
                ),
            }
        actions["more"] = ("Train N", "Train for as many steps as the number beside it says", self._train_more)
        actions["reset"] = ("↺ Reset", "Back to the first weights of this seed; the controls stay put", self._reset)
        actions["pin"] = (PIN, "Keep what this run has shown, beside the runs that come after it", self._pin_or_unpin)
        if self._adversarial:
            actions["tour"] = ("Tour", "Eight cards that show you around; leave whenever you like", self._begin_tour)
        self.buttons = {name: self._button(*details) for name, details in actions.items()}

    def _make_settings(self):
        trainer = self.trainer
        self.number = _number("N steps", 1000 if self.background else HELD, 1, trainer.most_steps)
        self.seed = _number("seed", self.model.seed, 0, 2**31 - 1)
        self.menus = {
            "speed": self._menu("speed", SPEEDS if self.background else SPEEDS[:1], trainer.set_speed),
            "window": self._menu("charts", WINDOWS, lambda _: trainer.refresh()),
        }
        if self._adversarial:
            options = [("choose …", ""), *((preset.title, name) for name, preset in PRESETS.items())]
            self.menus["preset"] = self._menu("preset", options, self._choose_preset)
        self.from_start = ipywidgets.Checkbox(value=True, indent=False, layout={"width": "auto"})

    def _session_row(self):
        """Return what saves and opens sessions, for a GAN that can have one."""
        self._saved = ipywidgets.HTML(**self._plain)
        self._upload = ipywidgets.FileUpload(accept=".json", description="Open session", layout={"width": "auto"})
        self._upload.observe(self._open_upload, "value")
        if type(self.model) is not GAN:
            return []
        tip = "Offer what you did here as a small file that can repeat it"
        self.buttons["save"] = self._button("Save session", tip, self._offer_session)
        return [self.buttons["save"], self._upload, self._saved]

    def _box(self, kind, *children, area=""):
        """Return a box with the classes of its kind and its place on the stage, for the style sheet."""
        box = (ipywidgets.HBox if kind == "bar" else ipywidgets.VBox)(children, layout=self._plain["layout"])
        for name in filter(None, (kind, area)):
            box.add_class(f"ganlib-{name}")
        return box

    def _button(self, description, tooltip, action):
        button = ipywidgets.Button(description=description, tooltip=tooltip, **self._narrow)
        button.on_click(lambda _: self._try(action))
        return button

    def _menu(self, description, options, chosen):
        menu = ipywidgets.Dropdown(
            description=description, options=options, style={"description_width": "initial"}, layout={"width": "auto"}
        )
        menu.observe(lambda change: self._try(chosen, change["new"]), "value")
        return menu

    def _try(self, action, *arguments):
        try:
            action(*arguments)
        except (ValueError, RuntimeError) as error:
            self.complain(str(error))
        if not self.background:
            self._stay()

    def _stay(self):
        """Hold the page until all is done, then show it from here, as the trainer's thread may write unseen."""
        self.trainer.wait(None)
        for widget in self._written:
            widget.send_state("value")

    def _train_more(self):
        self.trainer.play(self.number.value)

    def _reset(self):
        self._preset_told = ""
        self.trainer.reset(self.seed.value if self.seed.value != self.model.seed else None)

    def _begin_tour(self):
        self._preset_told = ""
        self.trainer.leave()  # it would set the controls, which the cards set
        self.tour.begin()

    def _choose_preset(self, name):
        """Set a preset, from the first weights if that is ticked: after healthy steps most faults no longer show."""
        if not name:
            return
        preset, trainer, playing = PRESETS[name], self.trainer, self.trainer.running
        back = self.from_start.value and name != "healthy"
        if back:
            where = f"The weights are back at step {trainer.first_step:,}, where this shows best."
        elif name == "healthy":
            where = "The weights stay as they are."
        else:
            where = f"It begins at step {self.model.step:,}: a GAN that has learnt to be healthy may long resist it."
        self._preset_told = f"{preset.title}. {preset.about} {where} {preset.symptom}"
        if back:
            trainer.reset()
        trainer.apply(preset.apply)
        if back and playing:
            trainer.play()

    def complain(self, sentence):
        """Show a sentence, beside whatever happens."""
        self.trainer.message = sentence
        if self.trainer.closed:
            self._write_status(self.trainer)
        else:
            self.trainer.refresh()

    # --- what the trainer's thread writes -------------------------------------------------------------------------

    def look(self, trainer):
        """Show how it goes; called by the trainer between blocks."""
        if not hasattr(self, "panel"):
            return
        self._write_status(trainer)
        if trainer.closed:
            self.panel.disable()
            cards = (*self.tour.guesses, *self.tour.buttons) if self._adversarial else ()
            layers = self.layers.controls if self.layers else ()
            beside = (self.number, self.seed, self.from_start, self._upload, *layers, *cards)
            for widget in (*self.buttons.values(), *self.menus.values(), *beside):
                widget.disabled = True
            return
        if self._known is not trainer.data:
            self._know_data()
        self.from_start.description = f"presets go back to step {trainer.first_step:,}"
        every = CHARTS_EVERY if self.layers else WHOLE_EVERY
        whole = not trainer.running or trainer.speed != "full" or self._looks % every == 0
        self._draw(self._observe(WATCHED if whole or self.layers else SHOWN))
        self._film.add(self.model.step, *self._frame())
        self._follow()
        self._write_loop(views.ACTS if trainer.running and trainer.speed != "slow" else ())
        if whole or not self.layers:
            self._chart(whole)
        self._looks += 1
        if self._adversarial:
            self.tour.look()

    def _chart(self, whole):
        history, trainer = self._history(), self.trainer
        window = self.menus["window"].value or None
        panels, beside = views.panels_of(self.model.metric_names), self._look_at_pinned()
        charts = views.charts(history, panels, trainer.changes, window, beside=beside)
        if whole and self._before.get("real_scores") is not None:
            seen = self._before
            self._verdict.value = views.histogram(seen["real_scores"], seen["scores"], seen["scale"], self._what)
            self._gauges.value = self._gauge_text(history)
        self._charts.value = f'<div class="ganlib-charts">{charts}</div>'

    def tell(self, trainer):
        """Tell the step that was made last in sub-steps, one per turn; called by the trainer in slow motion."""
        before, now = self._before, self._observe()
        if before is None or before.get("scores") is None or len(before["scores"]) < len(now["scores"]):
            self.look(trainer)
            yield
            return
        row = {name: float(self.model.measured[name][-1]) for name in self.model.metric_names}
        between = {**now, **{name: before[name] for name in ("fakes", "latent") if name in before}}
        between["scores"] = self._scores(before["fakes"])
        if self.layers:
            between["arrows"] = self.model.push(before["fakes"])
            between["mesh"] = before.get("mesh")
        held = dict.fromkeys("dg", "moves") | dict.fromkeys(self._held(), "is held still")
        story = (
            (
                "make",
                "1/6 G, held still, makes fakes from latent vectors. They have no scores yet.",
                {**before, "scores": None},
            ),
            (
                "judge",
                f"2/6 D judges: real ones get {before['real_scores'].mean():.2f} on average, fakes "
                f"{before['scores'].mean():.2f}.",
                before,
            ),
            ("d_loss", f"3/6 D's loss on its batch is {row['d_loss']:.3f}.", before),
            (
                "teach_d",
                f"4/6 D {held['d']}. The same fakes now get {between['scores'].mean():.2f} on average.",
                between,
            ),
            ("g_loss", f"5/6 G's turn: its loss, as D sees it, is {row['g_loss']:.3f}.", between),
            (
                "teach_g",
                f"6/6 G {held['g']}: now it makes these fakes, and D gives them {now['scores'].mean():.2f}.",
                now,
            ),
        )
        for act, caption, seen in story:
            self._write_status(trainer, caption)
            self._write_loop([act])
            self._draw(seen)
            yield
        self.look(trainer)

    def _observe(self, count=WATCHED):
        """Return what the model makes now and what D says of it, as a dict; the first 25 are the fixed samples."""
        model = self.model
        if not isinstance(model, GAN):
            return {"fakes": model.sample_grid()}
        latent = model.latent_vectors(count, model.seed)
        fakes = model.pictures_of(latent, *(digits[:count] for digits in self._digits_told))
        scores = self._scores(fakes, self._scaled_real()[:count])
        scale = (float(scores.min()), float(scores.max())) if model.is_critic else None
        seen = {"fakes": fakes, "scores": scores[:count], "real_scores": scores[count:], "scale": scale}
        return {**seen, **self.layers.observe(latent, fakes)} if self.layers else seen

    def _scores(self, fakes, *real):
        """Return D's scores of the watched fakes and, if given, of the watched real examples after them.

        They are probabilities, or a critic's scores.
        """
        told = [labels[: len(fakes)] for labels in (*self._digits_told, *self._real_labels)][: 1 + len(real)]
        told = [np.concatenate(told)] if self._digits_told else []
        judge = self.model.scores if self.model.is_critic else self.model.probability_real
        return judge(np.concatenate([fakes, *real]), *told)

    def _scaled_real(self):
        real = self._real
        return pixels.scale_pixels(real) if real.dtype == np.uint8 else real

    def _draw(self, seen):
        """Write the pictures."""
        self._drawn = seen
        if seen.get("scores") is not None or not self._adversarial:
            self._before = seen
        self._pngs["made"], told = self._made(seen)
        if not self.layers and "real_scores" in seen:
            self._pngs["real"] = pictures.digits_png(
                self._real[:SHOWN], seen["real_scores"][:SHOWN], seen["scale"], wide=pictures.WIDEST
            )
            self._real_picture.value = pictures.image(self._pngs["real"], f"Real {self._what}, D's score under each")
        beside = "" if self._pinned is None else "; the picture beside it is the pinned run's"
        alt = f"What the model makes of fixed random numbers{beside}{told}"
        self._fake_picture.value = pictures.image(self._pngs["made"], alt)

    def _made(self, seen):
        """Draw what was made at one moment, in the present run or in the pinned one; return it with words for it."""
        if self.layers:
            png, told = self.layers.picture(seen, self._scaled_real())
            return png, f". {told}"
        scores = seen.get("scores")
        scores = None if scores is None else scores[:SHOWN]
        return pictures.digits_png(seen["fakes"][:SHOWN], scores, seen.get("scale"), wide=pictures.WIDEST), ""

    def _ask(self):
        """Ask the trainer's thread to draw once more, and not again before it has: a slider moves faster than that."""
        if not self._asked:
            self._asked = True  # before that thread can answer
            try:
                self.trainer.apply(self._draw_again)
            except BaseException:
                self._asked = False
                raise

    def _draw_again(self, _):
        self._asked = False
        self._draw(self._drawn)
        self._look_at_pinned()

    def _frame(self):
        """Return what the film keeps of this look, and how many bytes that takes."""
        before, names = self._before, KEPT if self.layers else ("scores", "scale")
        frame = {name: before[name] for name in names if name in before}
        if not self.layers:
            frame["fakes"] = pixels.as_bytes(before["fakes"][:SHOWN])
        return frame, sum(part.nbytes for part in frame.values() if isinstance(part, np.ndarray))

    # --- the pinned run -------------------------------------------------------------------------------------------

    def pin(self):
        """Keep what was seen so far, pictures, curves and changes, beside the runs that come after it."""
        self.trainer.apply(self._keep)
        self.buttons["pin"].description = UNPIN
        self.widget.add_class(PAIR)

    def unpin(self):
        """Forget the pinned run."""
        self.trainer.apply(self._forget)
        self.buttons["pin"].description = PIN
        self.widget.remove_class(PAIR)

    def _pin_or_unpin(self):
        (self.pin if self.buttons["pin"].description == PIN else self.unpin)()

    def _keep(self, _):
        """Pin the present run; called in the trainer's thread, between two blocks."""
        history = {name: np.array(column) for name, column in thin_history(self._history(), PINNED_ROWS).items()}
        steps, frames = self._film.cut()
        self._pinned = Pinned(self._run("Pinned", steps[-1]), steps, frames, history)

    def _forget(self, _):
        self._pinned = None
        self._pngs.pop("pinned", None)
        self._pinned_title.value = self._pinned_picture.value = self._differs.value = ""

    def _run(self, name, last=None):
        """Return what decides how the present run goes; of what a lab was opened with, only this can change."""
        trainer = self.trainer
        if self._checked[0] is not trainer.data:
            self._checked = trainer.data, fingerprint(trainer.data)
        setup = {"seed": self.model.seed, "batch size": trainer.batch_size, "data": f"#{self._checked[1]}"}
        return Run(name, setup, trainer.schedule().changes, last)

    def _look_at_pinned(self):
        """Show the pinned run at the present step, and what differs; return its curves, None if no run is pinned."""
        pinned, step = self._pinned, self.model.step
        if pinned is None:
            return None
        number = frame_at(pinned.steps, step)
        self._pngs["pinned"], told = self._made(pinned.frames[number])
        at = f"step {pinned.steps[number]:,}" + (", where it ended" if step > pinned.run.last else "")
        alt = f"What the pinned run made of its random numbers at {at}; the picture beside it is the current run's"
        self._pinned_title.value = f"<b>Pinned</b> · {at}"
        self._pinned_picture.value = pictures.image(self._pngs["pinned"], alt + told)
        now = self._run("Now")
        told = difference(pinned.run, now)
        if pinned.run[1:3] == now[1:3]:
            told += " Change one thing, then press Reset and Play."
        self._differs.value = f'<div class="ganlib-differs" role="status">{escape(told)}</div>'
        return views.Beside("pinned", pinned.history, pinned.run.changes)

    # --- what goes on ---------------------------------------------------------------------------------------------

    def _held(self):
        """Return the letters of the networks that do not learn; of those that learn alone, too."""
        live = self.model.live
        return words.held({name: live.read(name) for name in live})

    def _write_loop(self, acts):
        """Draw what is at work; where nothing has changed nothing is sent, so that what moves there goes on moving."""
        if self._adversarial:
            told = isinstance(self.model, ConditionalGAN)
            self._loop.value = views.loop(acts, self._held(), critic=self.model.is_critic, what=self._what, labels=told)

    def _follow(self):
        """Let the controls show what was changed elsewhere, when something was."""
        values = {name: self.model.live[name] for name in self.model.live}
        if self._shown_values is not None:
            changed = {name: value for name, value in values.items() if value != self._shown_values[name]}
            if changed:
                self.panel.follow(changed)
        self._shown_values = values

    def _history(self):
        return self.model.measured or dict.fromkeys(("step", *self.model.metric_names), np.zeros(0))

    def _readings(self, history):
        """Return what the two gauges say, of the balance and of the variety."""
        fakes = self._before["fakes"]
        balance = words.balance(history, self.model.live.snapshot(), self._what)
        return balance, words.variety(fakes, self._scaled_real(), self._digits)

    def _seen(self):
        """Return what a card of the tour is told."""
        before, history = self._before, self._history()
        return Seen(self.model.step, before["fakes"], before["scores"], before["real_scores"], *self._readings(history))

    def _gauge_text(self, history):
        fakes = self._before["fakes"]
        if self._legible and (not self.trainer.running or self._looks % JUDGE_EVERY == 0):
            digits = judge.recognise(fakes)
            self._digits = np.bincount(digits.argmax(axis=1)[digits.max(axis=1) > SURE], minlength=10)
        balance, variety = self._readings(history)
        ends = [theme.colour_of(pen) for pen in (style.GENERATOR, style.DISCRIMINATOR, style.REAL)]
        return (
            '<div class="ganlib-twogauges">'
            + views.gauge("Balance", balance, ((-1, "G wins", ends[0]), (1, "D wins", ends[1])))
            + views.gauge("Variety", variety, ((0, "all the same", theme.GREY), (1, "like real", ends[2])))
            + "</div>"
        )

    def _write_status(self, trainer, caption=""):
        model, speed = self.model, trainer.steps_per_second
        state = "closed" if trainer.closed else "training" if trainer.running else "paused"
        told = [f"<b>{state}</b>", f'step <span class="ganlib-step">{model.step:,}</span>']
        if trainer.running and np.isfinite(speed):
            left = words.duration((trainer.last_step - model.step) / speed)
            told += [f"{speed:,.0f} steps per second", f"{left} left to step {trainer.last_step:,}"]
        told += [escape(describe_device()), f"{_memory():,.0f} MB"]
        note = caption or trainer.message or self._preset_told
        message = f'<div class="ganlib-message" role="status">{escape(note)}</div>' if note else ""
        self._status.value = f'<div class="ganlib-status">{" · ".join(told)}{message}</div>'

    # --- around it ------------------------------------------------------------------------------------------------

    @classmethod
    def of_session(cls, session, **options):
        """Open a lab for a session that somebody saved.

        Parameters
        ----------
        session : Session, str or Path
            The session, or its file.
        **options
            As in `LiveLab`.
        """
        session = session if isinstance(session, Session) else Session.load(session)
        lab = cls(session.build(), session.data(), **options)
        lab.open(session)
        return lab

    def open(self, session):
        """Begin a session, given as such or as its file, in this lab: see `LabTrainer.open`."""
        session = session if isinstance(session, Session) else Session.load(session)
        self.trainer.open(session)
        self.seed.value = session.seed

    def show_only(self, controls):
        """Show only these controls of the model, by the names of their live values.

        Parameters
        ----------
        controls : list of str

        Raises
        ------
        ValueError
            There is no control of one of these names.
        """
        if unknown := [name for name in controls if name not in self.panel.rows]:
            raise ValueError(f"There is no control {unknown[0]!r}: choose from {', '.join(self.panel.rows)}.")
        rest = [row for name, row in self.panel.rows.items() if name not in controls]
        rest += [self.buttons[name] for name in ("d_step", "g_step", "pretrain", "save") if name in self.buttons]
        rest += [self.menus["preset"]] if self._adversarial else []
        for widget in (*rest, self.from_start, self._upload, self._saved):
            widget.add_class("ganlib-hidden")

    def _offer_session(self):
        """Write a link by which the browser saves the session as a file."""
        session = self.session()
        content = base64.b64encode(session.content()).decode()
        self._saved.value = (
            f'<a download="session.json" href="data:application/json;base64,{content}">session.json</a>, '
            f"{session.steps:,} steps, {len(session.schedule):,} changes"
        )

    def _open_upload(self, change):
        for file in change["new"]:
            self._try(lambda file=file: self.open(Session.read(bytes(file["content"]))))
        self._upload.value = ()  # so that the same file can be chosen again

    def schedule(self):
        """Return the session so far as a `Schedule`, to be saved, swapped and replayed by `train(schedule=...)`."""
        return self.trainer.schedule()

    def session(self, steps=None):
        """Return the session so far, or its first steps, with all that repeats it: see `LabTrainer.session`."""
        return self.trainer.session(steps)

    def close(self):
        """Stop the training and the thread."""
        self.trainer.close()

    def _repr_mimebundle_(self, include=None, exclude=None):
        """Show the lab where widgets can be shown, else a picture of it: in a saved notebook, on a code site."""
        return pictures.bundle(self.widget, "The live lab: run this cell in JupyterLab to steer it.", self.still())

    def still(self):
        """Return a picture of the lab, PNG bytes: what a page without a kernel shows in its place."""
        line = f"The live lab at step {self.model.step:,}. Run this cell in JupyterLab to steer it."
        return pictures.still(list(self._pngs.values()), line)


def owner(name):
    """Return the letter of the network that a live value of a GAN steers, "g" or "d"; "" if it steers both.

    Examples
    --------
    >>> owner("freeze_g"), owner("loss_kind")
    ('g', '')
    """
    if name == "label_smoothing":  # of the labels that D is shown
        return "d"
    return next((letter for letter in "gd" if name.startswith(f"{letter}_") or name.endswith(f"_{letter}")), "")


def _number(description, value, low, high):
    wide = {"style": {"description_width": "initial"}, "layout": {"width": "150px"}}
    return ipywidgets.BoundedIntText(value=value, min=low, max=high, description=description, **wide)


def _memory():
    """Return how much memory this process holds, in MB."""
    import psutil

    return psutil.Process().memory_info().rss / 1e6
