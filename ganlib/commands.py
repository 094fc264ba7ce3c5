"""The commands of `python -m ganlib`: one function and one row of `COMMANDS` each.

A command reads its options first, so that `--help` works on a bare Python; then `environment.stand` sees to
the requirements; then it imports the module that does the work. It returns an exit code, or None for 0.
"""

import argparse
import difflib
import functools
import os
import platform
import shlex
import sys
import time

from ganlib.paths import as_path
from ganlib.setup import environment
from ganlib.setup.python_version import as_report

LIVE_LAB = "10_live_lab.ipynb"
MINUTES_OF_A_YEAR = 60 * 24 * 365
HOUSE = ("classic", "swift", "conv", "fine")  # the recipes that stand in the table of a contest
OF_THE_PAGE = ("ip", "token", "visitors", "idle")
OF_A_NEW_RUN = ("network", "seed", "ema_decay")
OF_PICTURES = ("size", "channels", "background")
RATES = ("g_learning_rate", "d_learning_rate")
OF_ANY_TRAINING = ("steps", "batch_size", "sample_interval")
# Most tests wait for something, and the rest are too small to fill two cores: two files at a time take a third less
# time. Each needs up to two gigabytes, with kernels and browsers. They stay in their order, lessons first: sorted by
# the number of their tests, the longest file would come last and run alone.
SEVERAL_AT_A_TIME, MOST_AT_A_TIME = ["--dist=loadfile", "--no-loadscope-reorder"], 6


def _refusing(command):
    """Make a command print what its module refuses, a ValueError or OSError, as one sentence, and return 2."""

    @functools.wraps(command)
    def run(arguments):
        try:
            return command(arguments)
        except (ValueError, OSError) as error:
            environment.say(error)
            return 2

    return run


def lab(arguments):
    """Open the lessons in JupyterLab, or with --app the live lab as a page of its own."""
    ours, jupyters = _split(arguments)
    parser = _parser(lab, epilog="What follows `--` goes to JupyterLab, as in: lab -- --ServerApp.ip=0.0.0.0")
    parser.add_argument("--no-browser", action="store_true", help="only print the address")
    parser.add_argument(
        "--port", type=_port, help="the port to serve on, or the next free one (default: 8888; page 8866)"
    )
    parser.add_argument(
        "--app", action="store_true", help="serve the live lab of lesson 10 as a page, without its code"
    )
    _add_page(parser)
    options = parser.parse_args(ours)
    settings = _settings_of_the_page(parser, options, jupyters)
    folder = _checkout_for("lab") / "notebooks"
    environment.stand(["lab", *arguments])
    if options.app:
        return _serve_page(folder / LIVE_LAB, options, settings)
    command = [sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={folder}"]
    first = min((path.name for path in folder.glob("[0-9][0-9]_*.ipynb")), default="")  # a hand-out may begin later
    command.append(f"--LabApp.default_url=/lab/tree/{first}")
    command.append("--ServerApp.answer_yes=True")  # else Ctrl-C asks, and goes on after five seconds
    if hasattr(os, "geteuid") and os.geteuid() == 0:  # in a container, where Jupyter would refuse its only user
        command.append("--ServerApp.allow_root=True")
    if options.no_browser:
        command.append("--no-browser")
    if options.port is not None:
        command.append(f"--ServerApp.port={options.port}")
    environment.become([*command, *jupyters], environment.child_environment())


def _add_page(parser):
    """Add what `lab --app` takes."""
    add = parser.add_argument_group("of the page", "each visitor has a GAN of their own").add_argument
    add("--room", action="store_true", help="let other computers in, with a token (the same as --ip 0.0.0.0)")
    add("--ip", help="the address to listen on (default 127.0.0.1: this computer only)")
    add("--token", help="what visitors have to know (default: a new one, if other computers can reach the page)")
    add("--visitors", type=int, metavar="N", help="how many at a time, about 1.2 GB of memory each (default 8)")
    add("--idle", type=float, metavar="MINUTES", help="end a visit that nobody has touched for this long (default 20)")


def _settings_of_the_page(parser, options, jupyters):
    """Return what the user gave for the page, as a dict; end with a sentence if it does not fit."""
    given = {name: getattr(options, name) for name in OF_THE_PAGE if getattr(options, name) is not None}
    if not options.app and (given or options.room):
        parser.error("--room, --ip, --token, --visitors and --idle belong to --app: add that.")
    if options.app and jupyters:
        parser.error("with --app nothing goes to JupyterLab: leave out what follows `--`.")
    if given.get("visitors", 1) < 1 or not 0 < given.get("idle", 1) <= MINUTES_OF_A_YEAR:
        parser.error("--visitors must be at least 1, and --idle more than 0 and at most a year.")
    if options.room and "ip" in given:
        parser.error("--room and --ip both say who gets in: give one of them.")
    if not given.get("ip", "127.0.0.1").strip():
        parser.error("--ip must be an address, such as 127.0.0.1: leave it out for this computer only.")
    return {"ip": "0.0.0.0", **given} if options.room else given


def _serve_page(lesson, options, settings):
    """Serve the live lab until Ctrl-C; `settings` holds only what the user gave."""
    from ganlib.lab import page

    os.environ.update(environment.child_environment())
    port = {} if options.port is None else {"port": options.port}
    try:
        page.serve(lesson, browser=not options.no_browser, **port, **settings)
    except (ValueError, OSError) as error:
        environment.say(f"The page cannot be served: {environment.sentence(error)}")
        return 2


def test(arguments):
    """Run the tests, lessons included, one file per core; arguments go to pytest, which then runs one at a time."""
    if {"-h", "--help"} & set(arguments):
        _parser(test, usage="python -m ganlib test [pytest's arguments, such as -k doctor]").print_help()
        return
    folder = _checkout_for("test")
    environment.stand(["test", *arguments])
    _need("test", "pytest")
    os.chdir(folder)
    variables = environment.child_environment()
    cores = os.cpu_count() or 1
    if not arguments and cores > 1:
        arguments = [f"--numprocesses={min(cores, MOST_AT_A_TIME)}", *SEVERAL_AT_A_TIME]
        # One thread in each, or all of them would fight for every core.
        alone = ("TF_NUM_INTRAOP_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")
        variables = {**dict.fromkeys(alone, "1"), **variables}
    environment.become([sys.executable, "-m", "pytest", *arguments], variables)


def doctor(arguments):
    """Check this computer and say what to do about each thing that is wrong."""
    parser = _parser(doctor)
    parser.add_argument("--json", action="store_true", help="print the same as JSON, for a room of computers")
    parser.add_argument(
        "--room", type=_path, metavar="FOLDER", help="check nothing; show in one table what --json printed elsewhere"
    )
    options = parser.parse_args(arguments)
    if options.room is not None:
        return _room(options.room)
    try:
        environment.stand(["doctor", *arguments])
    except environment.SetupError as problem:
        if options.json:  # what the table of a room shows of this computer
            print(as_report(f"Python {platform.python_version()}, without its packages", str(problem)))
        raise
    from ganlib import doctor as module

    return module.report(as_json=options.json)


def _room(folder):
    """Print the table of a room; needs no package, as a leader's own computer may be the one that fails."""
    from ganlib import room

    try:
        text, ready = room.table(folder)
    except ValueError as error:
        environment.say(error)
        return 2
    print(text)
    return 0 if ready else 1


def train(arguments):
    """Train a GAN on pictures of digits, or on your own, and record it in a run folder."""
    parser = _parser(train, argument_default=argparse.SUPPRESS)
    add = parser.add_argument
    add(
        "--steps",
        type=int,
        help="default 30000; with --pictures, what --minutes allows; with --resume, what the run has left",
    )
    add("--batch-size", type=int, help="default 32, or that of the resumed run")
    add(
        "--sample-interval",
        type=int,
        help="steps between two samples; default 200, with --pictures a hundredth of all steps, or the resumed run's",
    )
    add("--network", choices=["dense", "conv"], help="default dense, with --pictures conv")
    add("--seed", type=int, help="of the first weights, batches and latent vectors; default 0")
    add("--run", type=_path, metavar="FOLDER", help="a new folder; default runs/ and the time")
    add(
        "--data",
        type=_path,
        metavar="PATH",
        help="an .npz file or a folder of IDX files in MNIST's format; default: MNIST itself",
    )
    add(
        "--pictures",
        type=_path,
        metavar="PATH",
        help="your own: a folder of PNG, JPEG, WebP or GIF files (sub-folders are classes), a zip of one, .npz or IDX",
    )
    add("--size", type=int, help="of your own pictures, 16 to 64 pixels per side; default 32")
    add("--channels", type=int, choices=[1, 3], help="1 grey, 3 colour; default what the pictures are")
    add("--background", choices=["white", "black"], help="behind transparent pictures; default white")
    add("--minutes", type=float, help="how long to train on your own pictures; default 3")
    add("--no-mirror", action="store_true", help="never mirror your own pictures: for letters and the like")
    add("--film", type=_path, metavar="FILE.gif", help="write the samples of the run as a film")
    add("--g-learning-rate", type=float, metavar="RATE", help="of the generator; default 0.0002, with --pictures 0.001")
    add(
        "--d-learning-rate",
        type=float,
        metavar="RATE",
        help="of the discriminator; default 0.0002, with --pictures 0.001",
    )
    add(
        "--ema-decay",
        type=float,
        metavar="DECAY",
        help="draw with averaged generator weights; default off, with --pictures 0.999",
    )
    add("--resume", type=_path, metavar="FOLDER", help="go on with a run that was interrupted")
    options = vars(parser.parse_args(arguments))
    if "resume" in options and (fixed := {*OF_A_NEW_RUN, "run", "minutes", "no_mirror"} & options.keys()):
        names = ", ".join("--" + name.replace("_", "-") for name in sorted(fixed))
        parser.error(f"{names} cannot be changed with --resume: leave it out")
    if "data" in options and "pictures" in options:
        parser.error("--data is for pictures of digits, --pictures for your own: give one of them")
    if "pictures" not in options and (idle := {*OF_PICTURES, "minutes", "no_mirror"} & options.keys()):
        parser.error(f"--{min(idle).replace('_', '-')} belongs to --pictures: add that")
    if {"minutes", "steps"} <= options.keys():
        parser.error("--minutes and --steps both say how long to train: give one of them")
    if not 0 < options.get("minutes", 1) <= MINUTES_OF_A_YEAR:
        parser.error("--minutes must be more than 0 and at most a year")
    if "film" in options and not options["film"].lower().endswith(".gif"):
        parser.error(f"--film writes a GIF: end its name in .gif, not {options['film']!r}")
    environment.stand(["train", *arguments])
    try:
        _train(options)
    except (ValueError, OSError, ArithmeticError) as error:
        environment.say(error)
        return 2


def _train(options):
    """Build or resume the GAN and train it; `options` holds only what the user gave."""
    from ganlib import GAN, load_mnist

    def given(names):
        return {name: options[name] for name in names if name in options}

    if "film" in options:  # say so before hours are spent
        from ganlib.export.delivery import check_target

        check_target(options["film"], ".gif", overwrite=False)
    if "resume" in options:
        gan = GAN.resume(options["resume"])
    elif "pictures" in options:
        gan = _gan_of_pictures(options, given)
    else:
        gan = GAN(**given(OF_A_NEW_RUN))
    for name, rate in given(RATES).items():
        setattr(gan, name, rate)
    data = load_mnist(path=options["data"])[0] if "data" in options else None
    if {"resume", "pictures"} <= options.keys():
        height, _, channels = gan.picture_shape
        data = _load_pictures({"size": height, "channels": channels} | options)
    run = None if "resume" in options else options.get("run", time.strftime("runs/%Y-%m-%d-%H%M%S"))
    try:
        gan.train(**given(OF_ANY_TRAINING), data=data, run=run)
    except KeyboardInterrupt as stop:
        if gan.run is None:
            raise
        command = f"python -m ganlib train --resume {shlex.quote(str(gan.run.path))}"
        for name in filter(options.__contains__, ("data", "pictures", "film")):
            command += f" --{name} {shlex.quote(str(options[name]))}"
        raise KeyboardInterrupt(f"{stop}\nTo go on: {command}") from None
    print(f"The run is in {gan.run.path}")
    if "film" in options:
        from ganlib import export

        export.to_gif(gan.run, options["film"])
    if "pictures" in options:
        _judge_pictures(gan, data)


def _load_pictures(options):
    from ganlib import load_pictures

    return load_pictures(
        options["pictures"],
        options.get("size", 32),
        options.get("channels"),
        background=options.get("background", "white"),
    )


def _gan_of_pictures(options, given):
    """Load somebody's pictures, say what they are and what to expect, and build the GAN that fits them."""
    from ganlib import GAN

    pictures = _load_pictures(options)
    print(f"{options['pictures']}: {pictures.describe()}")
    changes = given(("steps", "batch_size", *OF_A_NEW_RUN))
    if "minutes" in options:
        changes["seconds"] = 60 * options["minutes"]
    if "no_mirror" in options:
        changes["augment"] = "shift"
    if changes.get("network") == "dense":
        changes["filters"] = None
    gan = GAN.from_pictures(pictures, **changes)
    how_long = "" if "steps" in options else f", {options.get('minutes', 3):g} minutes on this computer"
    print(
        f"{gan.recipe.steps:,} steps{how_long}. First you see noise, after a few hundred steps blots of the right "
        f"colours, then shapes: the more alike the pictures, the sooner. Ctrl-C ends it early, and nothing is lost."
    )
    return gan


def _judge_pictures(gan, data):
    """Say what a judge of somebody's pictures thinks of what was learned from them, if there are enough for a judge."""
    from ganlib.judge.any_pictures import FEWEST_IN_ALL, PictureJudge

    pictures = gan.own_data if data is None else data.images
    if len(pictures) >= FEWEST_IN_ALL:
        judge = PictureJudge(pictures)
        print(judge.report(gan.generate(min(200, len(judge.ceiling)), seed=0)))


@_refusing
def record(arguments):
    """Pack a run folder into one small file that the time machine can scrub through."""
    parser = _parser(record)
    parser.add_argument("run", type=_path, help="a run folder")
    parser.add_argument("file", type=_path, help="what to write: .npz (a recording) or .html (a page of its own)")
    options = parser.parse_args(arguments)
    ending = options.file.rpartition(".")[2].lower()
    if ending not in ("npz", "html"):
        parser.error(f"the file must end in .npz or .html, not {options.file!r}")
    environment.stand(["record", *arguments])
    from ganlib.lab import replay

    write = {"npz": lambda recording, path: recording.save(path), "html": replay.save_page}
    if not os.path.isdir(options.run):
        raise ValueError(
            f"{options.run} is no run folder: give the folder that `train --run` or gan.train(run=…) named."
        )
    recording = replay.open_recording(options.run)
    write[ending](recording, options.file)
    print(f"{options.file}: {len(recording.steps)} frames, {os.path.getsize(options.file) / 1e6:.2f} MB")


def bench(arguments):
    """Measure the speed of training, or with --quality how good pictures get; `bench --help` has the options."""
    environment.stand(["bench", *arguments])
    from ganlib.bench import command

    return command.main(arguments)


FORMATS = ("keras", "onnx", "dl4j", "gif", "web")
SAMPLING = ("evaluations", "method", "guidance")


@_refusing
def export(arguments):
    """Export what a run has learned to Keras, ONNX, Deeplearning4j or a web page, or its samples to a GIF."""
    parser = _parser(export)
    parser.add_argument("run", type=_path, metavar="RUN", help="a run folder; it stays as it is")
    parser.add_argument("--format", required=True, choices=FORMATS)
    parser.add_argument(
        "--out", type=_path, required=True, metavar="PATH", help=".keras, .onnx, .h5 (for dl4j), .gif or .html (web)"
    )
    parser.add_argument("--part", help="such as discriminator, or velocity of a flow; default what makes pictures")
    parser.add_argument("--overwrite", action="store_true", help="replace what is there already")
    flows = parser.add_argument_group("of a flow's sampler, for keras and onnx").add_argument
    flows("--evaluations", type=int, metavar="N", help="how often the velocity is asked on the way; default 20")
    flows("--method", choices=["euler", "midpoint"], help="default midpoint")
    flows("--guidance", type=float, metavar="G", help="how strongly to steer towards the digit; default 1, as learned")
    options = parser.parse_args(arguments)
    sampling = {name: getattr(options, name) for name in SAMPLING if getattr(options, name) is not None}
    if sampling and options.format not in ("keras", "onnx"):
        parser.error(f"--{min(sampling)} has no meaning for --format {options.format}: leave it out")
    whole = options.format in ("gif", "web")
    if whole and options.part is not None:
        parser.error(f"--part has no meaning for --format {options.format}: leave it out")
    environment.stand(["export", *arguments])
    from ganlib import export as module
    from ganlib.models import load_run

    part = {} if whole else {"part": options.part}
    model = options.run if options.format == "gif" else load_run(options.run)  # a film needs no checkpoint
    getattr(module, f"to_{options.format}")(model, options.out, overwrite=options.overwrite, **part, **sampling)


@_refusing
def plane(arguments):
    """Write lesson 05's game as one page that trains in any browser, phones included, without Python or a network."""
    parser = _parser(plane)
    parser.add_argument("file", type=_path, metavar="FILE", help="what to write; its name ends in .html")
    parser.add_argument("--overwrite", action="store_true", help="replace what is there already")
    options = parser.parse_args(arguments)
    environment.stand(["plane", *arguments])
    from ganlib.export import plane_page

    plane_page(options.file, overwrite=options.overwrite)


@_refusing
def timings(arguments):
    """Measure how long each lesson and each cell runs, and fill in the times in the README and the guide."""
    parser = _parser(timings, epilog="Leave the computer alone meanwhile. All lessons take about 20 minutes.")
    add = parser.add_argument
    add("--speed", nargs="+", choices=("smoke", "lesson", "full"), help="default lesson")
    add("--lessons", default="", metavar="NUMBERS", help="such as 00-06 or 00,05-08; default all")
    add(
        "--executed",
        type=_path,
        metavar="FOLDER",
        help="run nothing: read the lessons that papermill has executed here",
    )
    add("--keep", type=_path, metavar="FOLDER", help="keep the executed lessons, for `book --executed`")
    options = parser.parse_args(arguments)
    if options.executed and (options.speed or options.keep):
        parser.error("--speed and --keep are for lessons that are run now: leave them out with --executed.")
    _checkout_for("timings")
    environment.stand(["timings", *arguments])
    from ganlib.course import timings as module

    return 1 if module.run(options.speed or ["lesson"], options.lessons, options.executed, options.keep) else 0


@_refusing
def handout(arguments):
    """Pack the lessons, the data and, if you like, all packages into one zip file for a room, or make assignments."""
    from ganlib.setup import wheels

    here = wheels.target(sys.version_info)
    parser = _parser(handout)
    add = parser.add_argument
    add(
        "--out",
        type=_path,
        required=True,
        metavar="FOLDER",
        help="where to write gan-teaching-kit.zip, or with --nbgrader the folder of the course",
    )
    add("--lessons", default="", metavar="NUMBERS", help="such as 00-06 or 00,05-08; default all")
    add("--without-solutions", action="store_true", help="leave out the solutions, and the leader's guide")
    add(
        "--with-wheels",
        nargs="*",
        metavar="COMPUTER",
        help="add the packages, so that the set-up needs no network, for each kind of computer: linux, linux-arm, "
        f"macos or windows, and its Python, such as windows-3.12; default this one, {here}",
    )
    add(
        "--nbgrader",
        action="store_true",
        help="instead of a zip, write the source of nbgrader assignments, one per lesson: each exercise is a graded "
        "cell worth a point. It is for teachers alone: it holds the solutions",
    )
    options = parser.parse_args(arguments)
    if options.nbgrader and options.with_wheels is not None:
        parser.error("--with-wheels belongs to the zip for a room: leave it out, and make that zip by itself.")
    if options.nbgrader and options.without_solutions:
        parser.error(
            "assignments need their solutions, and `nbgrader generate_assignment` takes them out: leave out "
            "--without-solutions."
        )
    _checkout_for("handout")
    environment.stand(["handout", *arguments])
    if options.nbgrader:
        return _assignments(options)
    from ganlib.course import handout as module

    targets = () if options.with_wheels is None else options.with_wheels or [here]
    path = module.pack(options.out, options.lessons, not options.without_solutions, targets)
    print(f"{path}: {os.path.getsize(path) / 1e6:.0f} MB. Unpack it, then: python -m ganlib lab")


def _assignments(options):
    """Write the assignments; say what to do with them, and where students could see the solutions and the checks."""
    from ganlib.course import assignments as module

    made = module.write(options.out, options.lessons)
    print(f"{options.out}: {len(made)} assignments. Go on there with: nbgrader generate_assignment {made[0].name}")
    print(
        "Students need ganlib too. Give them the zip of `handout --without-solutions`: the whole kit has the solutions "
        "in ganlib/course/solutions. The checks, ganlib/course/exercises, cannot be hidden: students run them."
    )


@_refusing
def book(arguments):
    """Build the book: every lesson with its results as web pages that need neither a kernel nor a network."""
    parser = _parser(book)
    add = parser.add_argument
    add("--out", type=_path, required=True, metavar="FOLDER", help="for the pages; index.html is the first")
    add("--executed", type=_path, metavar="FOLDER", help="use the executed lessons that `timings --keep` left there")
    add("--speed", choices=("smoke", "lesson", "full"), help="else run them at; default lesson")
    add("--without-solutions", action="store_true", help="leave out the solutions, and the leader's guide")
    options = parser.parse_args(arguments)
    if options.executed and options.speed:
        parser.error("--speed is for lessons that are run now: leave it out with --executed.")
    _checkout_for("book")
    environment.stand(["book", *arguments])
    _need("book", "sphinx")
    from ganlib.course import book as module

    first = module.main(
        options.out, options.executed, options.speed or "lesson", solutions=not options.without_solutions
    )
    print(f"The book is made: open {first}")


@_refusing
def sweep(arguments):
    """Run a lesson for every point of a grid, here or on a Dask cluster, and map how each run turned out."""
    parser = _parser(sweep)
    add = parser.add_argument
    add("grid", metavar="GRID.yaml", help="which parameters to try; lesson 11 explains it")
    add("--notebook", metavar="NN", help="a lesson's number or a path; default what the grid says, else 06")
    add("--out", metavar="FOLDER", help="for runs, table and gallery; default sweeps/ and the name of the grid")
    add("--workers", type=int, metavar="N", help="runs at a time here; default one per GPU, else one per core")
    add("--time-limit", type=float, metavar="MINUTES", help="stop a run that takes longer; default what the grid says")
    add("--scheduler", metavar="ADDRESS", help="let the workers of this Dask scheduler make the runs")
    add("--resume", action="store_true", help="skip finished runs, repeat failed ones, go on with interrupted ones")
    add("--estimate", action="store_true", help="only check the grid and say what it would cost")
    options = parser.parse_args(arguments)
    environment.stand(["sweep", *arguments])
    try:
        from ganlib.sweep import driver as module
    except ModuleNotFoundError as error:
        lacking = f"Sweeps need {error.name.partition('.')[0]}, which is not installed"
        raise environment.SetupError(f"{lacking}: install the kit with `pip install 'ganlib[sweep]'`.") from error

    return module.main(**vars(options))


@_refusing
def contest(arguments):
    """Replay the sessions of a room, judge and rank them, and show all films and curves on one page."""
    parser = _parser(contest)
    add = parser.add_argument
    add("folder", type=_path, metavar="FOLDER", help="what lab.session().save(...) wrote for each learner")
    add("--steps", type=int, default=3000, help="the budget of a session, 10 to 1000000; default 3000")
    add(
        "--recipe", default="classic", metavar="NAME", help="whose GAN everybody steers; default classic, GAN(seed=...)"
    )
    add("--pictures", type=int, default=10_000, help="how many of each entry are judged, 100 to 10000; default 10000")
    add("--out", type=_path, metavar="FOLDER", help="for results and page; default contests/ and the folder's name")
    add(
        "--house",
        nargs="*",
        metavar="NAME",
        default=HOUSE,
        help="recipes of the kit to show in the table; default classic swift conv fine",
    )
    options = parser.parse_args(arguments)
    environment.stand(["contest", *arguments])
    from ganlib.contest import driver as module

    print(f"The page of the contest: {module.main(**vars(options))}")


@_refusing
def progress(arguments):
    """Show which exercises you have passed, or who has passed what in a room; nothing is sent anywhere."""
    parser = _parser(progress)
    add = parser.add_mutually_exclusive_group().add_argument
    add("--export", type=_path, metavar="FILE.json", help="write your record, without your name, for whoever leads")
    add("--room", type=_path, metavar="FOLDER", help="show in one table what --export wrote on other computers")
    add = parser.add_argument_group("of a room").add_argument
    add("--page", type=_path, metavar="FILE.html", help="write the tables as a page, too")
    add("--without-names", action="store_true", help="number the learners instead of naming them by their files")
    options = parser.parse_args(arguments)
    if options.room is None and (options.page or options.without_names):
        parser.error("--page and --without-names belong to --room: add that")
    if options.room is not None:  # none of this needs a package
        return _progress_of_a_room(options)
    from ganlib.course import progress as module

    if options.export is not None:
        module.export(options.export)
        print(f"Your record is in {options.export}. What you call that file is the name that others see.")
        return None
    passed, trouble = module.read()
    print(trouble or f"Passed: {', '.join(sorted(passed)) or 'nothing yet'}. This is kept in {module.file()}.")


def _progress_of_a_room(options):
    """Print the tables of a room, and write them as a page if one is wanted."""
    from ganlib.course import classroom as module

    records, strange = module.read_folder(options.room, names=not options.without_names)
    tables = module.who_passed(records), module.what_fails(records)
    print(module.as_text(tables, strange))
    if options.page is not None:
        module.write_page(options.page, tables, strange)


@_refusing
def badges(arguments):
    """Put badges into the lessons and the README that open the lessons on Colab and Binder, from your repository."""
    parser = _parser(badges)
    parser.add_argument("--repository", required=True, metavar="ADDRESS", help="such as https://github.com/OWNER/NAME")
    parser.add_argument("--branch", default="main", help="to open the lessons from; default main")
    options = parser.parse_args(arguments)
    folder = _checkout_for("badges")
    environment.stand(["badges", *arguments])
    from ganlib.course import badges as module

    module.write(options.repository, options.branch, folder)


COMMANDS = {
    "lab": lab,
    "test": test,
    "doctor": doctor,
    "train": train,
    "record": record,
    "bench": bench,
    "export": export,
    "plane": plane,
    "timings": timings,
    "handout": handout,
    "book": book,
    "badges": badges,
    "sweep": sweep,
    "contest": contest,
    "progress": progress,
}


def main(arguments):
    """Run one command.

    Parameters
    ----------
    arguments : list of str
        What comes after `python -m ganlib`.

    Returns
    -------
    int
        Exit code: 0 for success, 1 if the command failed, 2 if something was refused, 130 after Ctrl-C.

    Raises
    ------
    SystemExit
        After `--help`, with 0, or for wrong arguments, with 2: argparse ends the program.
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a terminal that lacks a letter shows its number, and no error
            stream.reconfigure(errors="backslashreplace")
    rows = "\n".join(f"  {name:<10}{function.__doc__.splitlines()[0]}" for name, function in COMMANDS.items())
    parser = argparse.ArgumentParser(
        prog="python -m ganlib",
        usage="python -m ganlib COMMAND [options]",
        description="Learn how generative models work. The first command that needs the requirements\n"
        f"installs them into the folder .venv.\n\ncommands:\n{rows}",
        epilog="`python -m ganlib COMMAND --help` lists the options of a command.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("command", choices=COMMANDS, help=argparse.SUPPRESS)
    if not arguments:
        parser.print_help()
        return 0
    if not arguments[0].startswith("-") and arguments[0] not in COMMANDS:
        near = difflib.get_close_matches(arguments[0], COMMANDS, n=1, cutoff=0.5)
        meant = f"did you mean {near[0]}? " if near else ""
        parser.error(f"there is no command {arguments[0]!r}: {meant}The commands are {', '.join(COMMANDS)}.")
    command = COMMANDS[parser.parse_args(arguments[:1]).command]
    try:
        return command(arguments[1:]) or 0
    except environment.SetupError as problem:
        environment.say(problem)
        return 1
    except KeyboardInterrupt as stop:
        environment.say(str(stop) or "Stopped.")
        return 130


def _parser(command, **details):
    """Return an argument parser for a command, described by its docstring."""
    name = f"python -m ganlib {command.__name__}"
    return argparse.ArgumentParser(prog=name, description=command.__doc__, allow_abbrev=False, **details)


def _path(text):
    """Return a path that was typed, with the home folder for `~`; argparse says what is wrong with a bad one."""
    try:
        return str(as_path(text, "this"))
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _port(text):
    """Return the number of a port that was typed."""
    if text.isascii() and text.isdigit() and len(text) <= 5 and 1 <= int(text) <= 65535:
        return int(text)
    raise argparse.ArgumentTypeError(f"a port is a whole number from 1 to 65535, not {text!r:.60}")


def _split(arguments):
    """Split arguments at the first `--`, which belongs to neither part."""
    here = arguments.index("--") if "--" in arguments else len(arguments)
    return arguments[:here], arguments[here + 1 :]


def _need(command, package):
    """Raise SetupError if a package is missing that hand-outs leave out."""
    if environment.installed_version(package) is None:
        raise environment.SetupError(
            f"`{command}` needs {package} and more, which a hand-out leaves out to be small: run it in the whole kit, "
            "from which the hand-out was made. The lessons alone can be run here, with `python -m ganlib timings`."
        )


def _checkout_for(command):
    """Return the folder of the kit; raise SetupError where only the package is installed."""
    if environment.is_checkout(environment.CHECKOUT):
        return environment.CHECKOUT
    raise environment.SetupError(
        f"`{command}` needs the whole kit, and only the package is installed here: get the whole repository, and run "
        f"`python -m ganlib {command}` in its folder."
    )
