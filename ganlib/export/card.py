"""The model card that lies beside every exported file: what it is, and how it came about (Mitchell et al. 2019)."""

import contextlib
import hashlib
import json
from urllib.parse import quote

import numpy as np

import ganlib
from ganlib._tensorflow import versions
from ganlib.export.scores import judge_model
from ganlib.models.pictures import PictureModel
from ganlib.training.model import fingerprint

SHOWN = ("d_loss", "g_loss", "d_accuracy", "d_real", "d_fake", "loss", "elbo", "reconstruction", "kl")
LAST = 100


def describe(form, source, name, content, difference):
    """Write the card of an exported network.

    Parameters
    ----------
    form : Format
    source : Source
    name : str
        Name of the file.
    content : bytes
        What the file holds.
    difference : float
        By how much the file's outputs differ from the network's, as `check_agreement` of `delivery.py` counts it.

    Returns
    -------
    str
        Markdown.
    """
    network = source.network
    sections = [
        f"# {escaped(name)}",
        f"The {source.part} of a {type(source.model).__name__}, written for {form.title} by ganlib "
        + " ".join([f"{ganlib.__version__}.", *filter(None, (source.about, form.note(source)))]),
        "## The file",
        table(
            {
                "size": f"{len(content):,} bytes",
                "SHA-256": hashlib.sha256(content).hexdigest(),
                "takes": "; ".join(f"{tensor.name}: {_shape(tensor)}" for tensor in network.inputs),
                "gives": "; ".join(_shape(tensor) for tensor in network.outputs),
                "parameters": f"{network.count_params():,}",
                "read back": f"on 256 inputs; it differs from Keras by at most {difference:.1g}",
                "does not hold": form.lacks,
            }
        ),
        "## Use",
        f"```{form.language}\n{form.use.format(name=in_code(name, form.language)).strip()}\n```",
        *training(source.model, source.drawing),
    ]
    return "\n\n".join(sections) + "\n"


def escaped(name):
    """Write the name of a file on one line, as it stands between double quotes in Python and Java."""
    return json.dumps(name, ensure_ascii=False)[1:-1].encode("utf-8", "backslashreplace").decode()


def in_code(name, language):
    """Write the name of a file as it stands between double quotes in a language."""
    return quote(name, errors="surrogateescape") if language == "html" else escaped(name)


def training(model, drawing=()):
    """Return the sections on how a model was trained and on versions, as a list of Markdown texts.

    `drawing` is what its `generate` takes besides number and seed.
    """
    steps = getattr(model, "step", None)
    if steps is None:
        return ["## Training", "Not known: a network was exported, not a model or a run.", *_versions()]
    rows = {"steps": f"{steps:,}", "seed": getattr(model, "seed", "not known"), **_plan(model)}
    rows |= {name: f"{value:g}" if isinstance(value, float) else value for name, value in model.live.snapshot().items()}
    return ["## Training", table(rows), "## Scores", *_scores(model, dict(drawing)), *_versions()]


def _plan(model):
    """Say what a run folder remembers of the training: batch size, and the data by their checksum."""
    run = getattr(model, "run", None)
    if run is None:
        return {"data": "not recorded: the model was not trained in a run folder"}
    plan = run.config["training"]
    return {
        "batch size": plan["batch_size"],
        "data": name_data(model, plan["data"]),
        "changes of live values on the way": len(run.schedule()),
        "run folder": run.path.name,
    }


def name_data(model, checksum):
    """Return the checksum of what a model was trained on, with a name if it is MNIST as it comes."""
    if checksum is not None and isinstance(model, PictureModel) and model.own_data is None:
        with contextlib.suppress(ValueError, OSError):
            data = model.check_data(model.default_data())
            if fingerprint(data) == checksum:
                return f"MNIST, the {len(data[0]):,} training digits (checksum {checksum})"
    return f"checksum {checksum}"


def _scores(model, drawing):
    """Return what the judge says about the model's pictures, and the means of the last steps that were measured."""
    try:
        judged = [table(judge_model(model, **drawing))]
    except (ValueError, OSError) as error:
        judged = [f"The judge gives none: {error}"]
    history = getattr(model, "measured", None)
    if history is None or not len(history["step"]):
        return judged
    last = min(LAST, len(history["step"]))
    newest = {name: np.asarray(history[name][-last:]) for name in SHOWN if name in history}
    rows = {name: f"{np.nanmean(values):.4g}" for name, values in newest.items() if not np.isnan(values).all()}
    when = f"Means of the last {last} steps that were recorded, up to step {int(history['step'][-1]):,}:"
    return [*judged, when, table(rows)]


def _versions():
    return ["## Versions", table(versions())]


def table(rows):
    """Write a dict as a Markdown table of two columns."""
    lines = [f"| {name} | {' '.join(str(value).split()).replace('|', '/')} |" for name, value in rows.items()]
    return "\n".join(["| | |", "|---|---|", *lines])


def _shape(tensor):
    return f"{tensor.dtype} ({', '.join('n' if size is None else str(size) for size in tensor.shape)})"
