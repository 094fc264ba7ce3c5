"""GIF: a run's samples as a film, every frame the pictures of the same latent vectors."""

import io
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont, ImageSequence

from ganlib.data import tile
from ganlib.export.card import escaped, table, training
from ganlib.export.delivery import check_target, place, write_size
from ganlib.keras_files.errors import ExportError
from ganlib.models import load_run
from ganlib.paths import as_path
from ganlib.thinning import some_of
from ganlib.training import RunFolder, RunFolderError
from ganlib.training.samples import MOST_BYTES, read_samples

LACKS = "networks, optimizers, random state; only pictures"
CAPTION = 18  # pixels
MOST_FRAMES = 300


def to_gif(run, path, *, seconds=0.12, hold=2.0, scale=1, captions=True, overwrite=False):
    """Write the samples of a run as an animated GIF.

    Parameters
    ----------
    run : str, Path, RunFolder or model
        A run folder, or a model that has taken samples of pictures while it trained.
    path : str or Path
        A name that ends in `.gif`.
    seconds : float
        How long each frame is shown, 0.02 to 10.
    hold : float
        How long the last frame is shown, in seconds, 0.02 to 60.
    scale : int
        By how much to enlarge each pixel, 1 to 8.
    captions : bool
        Write the step below the pictures.
    overwrite : bool
        Whether what stands at `path` may be replaced.

    Returns
    -------
    pathlib.Path

    Raises
    ------
    ExportError
        There are no samples, the target is there already, or an argument does not fit.
    RunFolderError
        The folder is not a run.
    OSError
        The disk is full or may not be written to; there is no new file then.

    Notes
    -----
    A run of more than 300 samples is thinned out evenly; the first and the last are kept. Files that are not samples
    are left out, and a message says so.
    """
    path = check_target(as_path(path), ".gif", overwrite)
    run = as_path(run, "run") if isinstance(run, (str, Path)) else run
    _check_between("seconds", seconds, 0.02, 10)
    _check_between("hold", hold, 0.02, 60)
    if scale not in range(1, 9):
        raise ExportError(f"scale must be a whole number from 1 to 8, not {scale!r}.")
    steps, pictures = samples_of(run)
    if len(steps) * pictures[0].size * scale**2 > MOST_BYTES:
        raise ExportError(f"{len(steps)} frames, enlarged {scale} times, take more than 1 GB: choose a smaller scale.")
    frames = [
        draw_frame(picture, step if captions else None, scale) for step, picture in zip(steps, pictures, strict=True)
    ]
    content = gif_bytes(frames, [seconds] * (len(frames) - 1) + [hold])
    place(path, content, _card(run, path.name, steps))
    print(f"{path}: {len(frames)} frames, {write_size(len(content))}. Not in the file: {LACKS}.")
    return path


def samples_of(run):
    """Return the steps of at most 300 samples of a run, and the pictures, grey or RGB bytes, in order."""
    folder = getattr(run, "run", None) or run
    if not isinstance(folder, (str, Path, RunFolder)):
        samples = getattr(run, "samples", None)
        if not samples or next(iter(samples.values())).ndim != 4:
            raise ExportError(
                "A GIF is made from a run folder or from a model that took samples of pictures while it trained."
            )
        steps = some_of(sorted(samples), MOST_FRAMES)
        columns = 5 if len(samples[steps[0]]) == 25 else 10  # of a conditional GAN, which has a row for each class
        return steps, [tile(samples[step], -(-len(samples[step]) // columns), columns) for step in steps]
    folder = folder if isinstance(folder, RunFolder) else RunFolder.open(folder)
    steps, frames = read_samples(folder, MOST_FRAMES)
    if not steps:
        raise ExportError(f"{folder.path} has no samples to make a GIF of: train with a smaller sample_interval.")
    return steps, frames


def draw_frame(picture, step=None, scale=1):
    """Return a frame, a Pillow image: a picture, grey or RGB bytes, with its step written below it."""
    large = picture.repeat(scale, axis=0).repeat(scale, axis=1)
    if step is None:
        return Image.fromarray(large)
    drawn = Image.fromarray(large)
    frame = Image.new(drawn.mode, (large.shape[1], large.shape[0] + CAPTION), "white")
    frame.paste(drawn)
    ImageDraw.Draw(frame).text((4, large.shape[0] + 2), f"step {step:,}", fill="black", font=ImageFont.load_default(12))
    return frame


def gif_bytes(frames, seconds):
    """Encode frames, and check that they come back pixel for pixel.

    A GIF holds 256 colours: those of frames in colour become the 256 that fit all frames best, with dots of two of them
    for a colour in between.

    Parameters
    ----------
    frames : list of PIL.Image.Image
        Grey or RGB, all of one size and mode.
    seconds : list of float
        How long each is shown.

    Returns
    -------
    bytes
    """
    if len({(frame.size, frame.mode) for frame in frames}) != 1:
        raise ExportError("The samples are of several sizes: a GIF needs pictures of one size.")
    if frames[0].mode == "RGB":
        palette = _palette(frames)
        frames = [frame.quantize(palette=palette) for frame in frames]
    buffer = io.BytesIO()
    durations = [round(1000 * one) for one in seconds]
    settings = {"save_all": True, "duration": durations, "loop": 0, "optimize": False}
    try:
        frames[0].save(buffer, "GIF", append_images=frames[1:], **settings)
    except OverflowError as error:  # a GIF counts hundredths of a second in 16 bits
        raise ExportError(
            "Samples that are equal follow one another for more than 655 seconds, the longest that a GIF shows one "
            "picture: show each for a shorter time."
        ) from error
    _check_frames(buffer.getvalue(), frames)
    return buffer.getvalue()


def _palette(frames):
    """Return the 256 colours of a film, found on some of its frames, evenly spread and laid below one another."""
    some = some_of(frames, 12)
    width, height = some[0].size
    page = Image.new("RGB", (width, height * len(some)))
    for number, frame in enumerate(some):
        page.paste(frame, (0, height * number))
    return page.quantize(256)


def _check_frames(content, frames):
    """Compare what a film shows after each change, as Pillow joins equal frames that follow one another."""
    mode = "L" if frames[0].mode == "L" else "RGB"
    frames = [frame.convert(mode) for frame in frames]
    different = [
        frame for before, frame in zip([None, *frames], frames, strict=False) if _pixels(before) != _pixels(frame)
    ]
    with Image.open(io.BytesIO(content)) as film:
        shown = [_pixels(frame.convert(mode)) for frame in ImageSequence.Iterator(film)]
    if shown != [_pixels(frame) for frame in different]:
        raise ExportError("The GIF was read back and shows other pictures than the samples, so it was not kept.")


def _pixels(frame):
    return None if frame is None else frame.tobytes()


def _check_between(name, value, low, high):
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not low <= value <= high:
        raise ExportError(f"{name} must be a number from {low} to {high}, not {value!r}.")


def _card(run, name, steps):
    lines = [
        f"# {escaped(name)}",
        f"What a run drew from step {steps[0]:,} to step {steps[-1]:,}: {len(steps)} samples of the "
        "same latent vectors.",
        table({"does not hold": LACKS}),
    ]
    return "\n\n".join([*lines, *_training(run)]) + "\n"


def _training(run):
    """Return the sections of the card about the model; its samples may have outlived its checkpoints."""
    if hasattr(run, "live"):
        return training(run)
    try:
        return training(load_run(run.path if isinstance(run, RunFolder) else run))
    except RunFolderError as error:
        return ["## Training", f"Not known. {error}"]
