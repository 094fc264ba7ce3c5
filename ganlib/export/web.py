"""A page that draws: one HTML file that runs a generator, and its discriminator, in any browser.

The page's own code is in assets/web/page.html: plain JavaScript on typed arrays, 2 million multiplications for a digit
of the dense generator, 7 million for one of the convolutional generator. Weights are stored as whole numbers of 24 bits
with a scale for each unit, in planes of bytes that deflate can shorten, five characters for four bytes; as 32-bit
floats in base64, the classic pair would take 11 MB instead of less than 8. With fewer bits a page is small enough to be
embedded in another one.
"""

import functools
import html
import json
import re
import zlib

import numpy as np

from ganlib._tensorflow import keras
from ganlib.arguments import Whole
from ganlib.builders import DIGITS
from ganlib.data import asset
from ganlib.data.pictures import CHANNELS
from ganlib.export.delivery import Format, deliver
from ganlib.export.source import outputs_of
from ganlib.export.web_steps import fill, from_text, half_of, pack, planes_of, steps_of, to_text
from ganlib.keras_files.errors import ExportError
from ganlib.models.variational import VariationalAutoencoder

BITS = 24  # of a weight
A_LEVEL_OF_GREY = 2 / 255  # where the weights are rounded to fewer bits, pictures may differ by so much


def to_web(gan, path, *, overwrite=False, bits=BITS):
    """Write a page that draws digits; see `deliver`.

    Parameters
    ----------
    gan : GAN or other model
        Its generator, or decoder, makes pictures in [-1, 1], grey or in colour, from one latent vector, or from that
        and numbers that say which digit, or other class, is wanted: the page has a button for each then. If it has a
        discriminator, the page shows what that thinks.
    path : str or Path
        A name that ends in `.html`.
    overwrite : bool
        Whether what stands at `path` may be replaced.
    bits : int
        Of a weight, 8 to 24. With fewer than 24 the page is smaller, and its pictures, and what it thinks of them, may
        differ from the networks' by 2/255, one level of grey; a page that differs by more is refused.

    Raises
    ------
    ExportError
        The page does not know a layer, or the network makes no pictures that it can draw; and as in `deliver`.
    """
    bits = Whole("bits", 8, BITS)(bits)
    rounded = {} if bits == BITS else {"tolerance": A_LEVEL_OF_GREY}
    form = WEB._replace(write=functools.partial(write_page, bits=bits), **rounded)
    return deliver(form, gan, path, None, overwrite)


def write_page(source, path, bits):
    """Write the page."""
    arrays = []
    networks = describe_networks(source, arrays)
    packed = zlib.compress(b"".join(pack(array, bits) for array in arrays), 6)
    of_weights = {"bits": bits, "half": half_of(bits), "planes": planes_of(bits), "packed": len(packed)}
    steps = getattr(source.model, "step", None)
    latent, (height, width, _) = networks["latent"], networks["shape"]
    given = f"{latent} random numbers" + (" and the digit or class that you ask for" if networks["digits"] else "")
    filled = {
        "TITLE": "A network that draws",
        "ABOUT": f"The {source.part} of a {type(source.model).__name__}"
        f"{'' if steps is None else f', trained for {steps:,} steps'}. It turns {given} into a picture, here in your "
        f"browser.",
        "HEIGHT": height,
        "WIDTH": width,
        "LATENT": latent,
        "NETWORKS": json.dumps(networks | of_weights).replace("<", "\\u003c"),
        "WEIGHTS": to_text(packed),
    }
    page = asset("web/page.html").read_text(encoding="utf-8")
    for name, value in filled.items():
        text = str(value) if name in ("NETWORKS", "WEIGHTS") else html.escape(str(value))
        page = page.replace(f"__{name}__", text)
    path.write_text(page, encoding="utf-8")


def describe_networks(source, arrays):
    """Return what the page has to know of the networks, and append their weights to `arrays`.

    Raises
    ------
    ExportError
        The page cannot run the networks.
    """
    network = source.network
    digits = check_pictures(source)
    steps = steps_of(network, arrays)
    if gives_logits(source):  # 2 sigmoid(x) - 1, as the variational autoencoder draws them
        steps.append({"op": "grey", "from": [steps[-1]["to"]], "to": steps[-1]["to"] + 1})
    elif steps[-1]["op"] != "tanh":
        raise ExportError(
            f"The page draws pictures from -1 to 1, but the {source.part} does not end in a tanh: export it to "
            f"ONNX instead."
        )
    described = {"latent": network.inputs[0].shape[1], "digits": digits, "shape": list(network.output_shape[1:])}
    described["generator"] = steps
    if (discriminator := discriminator_of(source)) is not None:
        described["discriminator"] = steps_of(discriminator, arrays)
        described["critic"] = source.model.is_critic
    return described


def check_pictures(source):
    """Return how many digits or classes can be asked for, or 0; ExportError if the page cannot run the network."""
    network = source.network
    shapes = [tuple(tensor.shape[1:]) for tensor in network.inputs]
    told = [tensor for tensor in network.inputs[1:] if tensor.name == "class" or tensor.shape[1:] == (DIGITS,)]
    if len(shapes[0]) != 1 or len(shapes) > 2 or len(told) != len(shapes) - 1:
        raise ExportError(
            f"The page steers one latent vector, and ten numbers that say which digit is wanted, or an input called "
            f"'class', but the {source.part} takes inputs {', '.join(map(str, shapes))}: export it to ONNX instead."
        )
    if len(network.outputs) != 1 or len(network.output_shape) != 4 or network.output_shape[3] not in CHANNELS:
        made = network.output_shape
        raise ExportError(
            f"The page draws pictures of 1 or 3 channels, but the {source.part} makes {made}: export it to "
            f"ONNX instead."
        )
    return shapes[1][0] if len(shapes) == 2 else 0


def gives_logits(source):
    """Tell whether the network is the decoder of a variational autoencoder, which gives logits of white."""
    return isinstance(source.model, VariationalAutoencoder) and source.part == "decoder"


def discriminator_of(source):
    """Return the discriminator that judges what the network draws, or None."""
    return getattr(source.model, "discriminator", None)


def read_page(source, path, inputs):
    """Run copies of the networks with the weights that stand in the page; return pictures, and logits if any.

    What the page's JavaScript makes of them is tested in a browser.
    """
    page = path.read_text(encoding="utf-8")
    described, packed = (
        re.search(f'id="{part}">(.*?)</script>', page, re.DOTALL)[1] for part in ("networks", "weights")
    )
    described = json.loads(described)
    content, at, copies = zlib.decompress(from_text(packed)[: described["packed"]]), 0, []
    for part, network in (("generator", source.network), ("discriminator", discriminator_of(source))):
        if network is not None:
            network = keras.models.clone_model(network)
            at = fill(network, described[part], content, at, described["bits"])
        copies.append(network)
    return _run(source, *copies, inputs)


def _run(source, network, discriminator, inputs):
    """Return the pictures that a network draws, and what a discriminator, if there is one, says to them."""
    (pictures,) = outputs_of(network, inputs)
    if gives_logits(source):
        pictures = np.tanh(pictures / 2)
    return [pictures, *([] if discriminator is None else outputs_of(discriminator, [pictures, *inputs[1:]]))]


WEB = Format(
    title="the browser",
    suffix=".html",
    write=write_page,
    read=read_page,
    lacks="optimizers, random state, training data",
    use="""
<!-- Open the file in a browser, or show it in a page of your own: -->
<iframe src="{name}" title="A network that draws digits" width="100%" height="700"></iframe>
<script>
  const page = document.querySelector("iframe").contentWindow.page; // on the same site
  // await page.ready; page.picture(new Float64Array(100)) gives 784 numbers from -1 to 1;
  // page.picture(latent, 7) is asked for a seven, if the network takes a digit
</script>
""",
    language="html",
    expect=lambda source, inputs: _run(source, source.network, discriminator_of(source), inputs),
    note=lambda source: (
        "The page holds the discriminator too, which says what it thinks of each picture."
        if discriminator_of(source) is not None
        else ""
    ),
)
