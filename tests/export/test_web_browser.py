"""The page in Chromium: it draws what Keras draws, quickly, by mouse, touch and keyboard, from a file on the disk."""

import re

import networks
import numpy as np
import pytest

from ganlib import GAN
from ganlib._tensorflow import keras
from ganlib.export import to_web
from ganlib.export.source import pick
from ganlib.export.web import read_page
from ganlib.models.conditional import ConditionalGAN
from ganlib.models.recorded_gan import load_gan
from ganlib.models.variational import VariationalAutoencoder

layers = keras.layers
PHONE = {"width": 360, "height": 740}
DESKTOP = {"width": 1280, "height": 800}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The classic dense GAN and its page; the weights of a trained network are as large as these."""
    gan = GAN(seed=0)
    networks.randomise(gan.generator)
    return gan, to_web(gan, tmp_path_factory.mktemp("web") / "digits.html")


@pytest.fixture(scope="module", params=[DESKTOP, PHONE], ids=["desktop", "phone"])
def page(browser, made, request):
    yield from opened(browser, made[1], request.param)


def opened(browser, path, size=DESKTOP):
    """Open a page from the disk; note what goes wrong and what it asks for."""
    context = browser.new_context(viewport=size, has_touch=size is PHONE)
    page = context.new_page()
    page.wrong, page.asked = [], []
    page.on("pageerror", lambda error: page.wrong.append(str(error)))
    page.on("console", lambda message: page.wrong.append(message.text) if message.type == "error" else None)
    page.on("request", lambda request: page.asked.append(request.url))
    page.goto(path.as_uri())
    page.evaluate("() => window.page.ready")
    yield page
    context.close()


def latent_of(page):
    return np.array(page.evaluate("() => window.page.latent"))


def test_it_draws_and_judges_what_keras_does(page, made):
    gan = made[0]
    latent = gan.latent_vectors(256, seed=7)
    code = "zs => zs.map(z => { const p = page.picture(z); return [Array.from(p), page.probability(p)] })"
    answers = page.evaluate(code, latent.tolist())
    pictures = np.array([answer[0] for answer in answers]).reshape(-1, 28, 28, 1)
    expected = gan.pictures_of(latent)
    assert np.abs(pictures - expected).max() <= 1e-5
    assert np.abs(np.array([answer[1] for answer in answers]) - gan.probability_real(expected)).max() <= 1e-5


def test_it_loads_nothing_but_itself_and_logs_no_error(page, made):
    assert page.asked == [made[1].as_uri()]
    assert page.wrong == []


def test_what_it_shows_is_what_the_network_draws(page, made):
    picture = made[0].pictures_of(latent_of(page)[np.newaxis])[0, ..., 0]
    shown = page.evaluate(
        "() => Array.from(document.getElementById('picture').getContext('2d').getImageData(0, 0, 28, 28).data)"
    )
    grey = np.array(shown).reshape(28, 28, 4)
    assert np.abs(grey[..., 0] - 127.5 * (picture + 1)).max() <= 0.51
    probability = 100 * made[0].probability_real(picture[np.newaxis, ..., np.newaxis])[0]
    said = page.get_by_text("The discriminator is").inner_text()
    assert said.endswith("% sure that it is real.")
    assert abs(float(re.search(r"([\d.]+)%", said)[1]) - probability) <= 0.51


def test_the_arrow_keys_move_on_the_map(page):
    before = latent_of(page)
    page.get_by_role("application", name="Map of the latent space").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowUp")
    assert page.get_by_role("slider", name="Left to right").input_value() == "0.05"
    assert page.get_by_role("slider", name="Bottom to top").input_value() == "0.05"
    assert 0 < np.linalg.norm(latent_of(page) - before) < 0.5 * np.linalg.norm(before)


def test_a_finger_or_the_mouse_moves_on_the_map(page):
    box = page.locator("#pad").bounding_box()
    page.locator("#pad").click(position={"x": 0.25 * box["width"], "y": 0.25 * box["height"]})
    assert abs(float(page.get_by_role("slider", name="Left to right").input_value()) + 0.5) < 0.05
    assert abs(float(page.get_by_role("slider", name="Bottom to top").input_value()) - 0.5) < 0.05


def test_the_picture_stays_in_sight_while_the_map_is_used(page):
    page.locator("#y").scroll_into_view_if_needed()
    page.locator("#pad").hover()
    box = page.locator("#picture").bounding_box()
    assert box["y"] >= 0
    assert box["y"] + box["height"] <= page.viewport_size["height"]


def test_a_walk_goes_on_until_it_is_stopped(page):
    page.get_by_role("button", name="Walk").click()
    before = latent_of(page)
    page.wait_for_function("before => page.latent.some((z, i) => Math.abs(z - before[i]) > 0.1)", arg=before.tolist())
    page.get_by_role("button", name="Stop").click()
    stopped = latent_of(page)
    page.wait_for_timeout(100)
    np.testing.assert_array_equal(latent_of(page), stopped)


def test_the_best_of_100_pleases_the_discriminator_more_than_most(page):
    code = "() => { const p = page.picture(page.latent); return page.logit(p) }"
    logits = []
    for _ in range(5):
        page.get_by_role("button", name="Another place").click()
        logits.append(page.evaluate(code))
    page.get_by_role("button", name="Best of 100").click()
    page.get_by_role("button", name="Best of 100", exact=True).wait_for()
    assert page.evaluate(code) > np.median(logits)


def test_each_number_has_a_slider_of_its_own(page):
    page.get_by_text("All 100 numbers").click()
    page.get_by_role("slider", name="Number 17", exact=True).fill("2.5")
    assert latent_of(page)[16] == 2.5
    page.get_by_text("All 100 numbers").click()


def test_everything_that_can_be_used_has_a_name_and_nothing_sticks_out_sideways(page):
    named = "e.labels?.length || e.textContent.trim()"
    unnamed = f"() => [...document.querySelectorAll('button, input')].filter(e => !({named})).length"
    assert page.evaluate(unnamed) == 0
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    small = "() => [...document.querySelectorAll('button')].filter(e => e.getBoundingClientRect().height < 44).length"
    assert page.evaluate(small) == 0


def test_a_page_of_14_bits_draws_what_its_file_says(browser, tmp_path):
    gan = load_gan()
    path = to_web(gan, tmp_path / "small.html", bits=14)
    latent = gan.latent_vectors(20, seed=7)
    said = read_page(pick(gan), path, [latent])
    for page in opened(browser, path):
        code = "zs => zs.map(z => { const p = page.picture(z); return [Array.from(p), page.logit(p)] })"
        drawn = page.evaluate(code, latent.tolist())
        assert page.wrong == []
    np.testing.assert_allclose([one for one, _ in drawn], said[0].reshape(20, -1), atol=1e-5)
    np.testing.assert_allclose([logit for _, logit in drawn], said[1][:, 0], atol=1e-4)


# --- other networks -------------------------------------------------------------------------------------------------

OTHERS = {
    "conv": lambda: GAN("conv"),
    "conditional": lambda: ConditionalGAN(),
    "conditional conv": lambda: ConditionalGAN("conv"),
    "variational": lambda: VariationalAutoencoder(code=8, hidden=(16,)),
}
DIGITS = np.arange(256) % 10


@pytest.fixture(scope="module", params=OTHERS)
def other(browser, request, tmp_path_factory):
    """A model and its page, open."""
    model = OTHERS[request.param]()
    networks.randomise(model.decoder if request.param == "variational" else model.generator)
    path = to_web(model, tmp_path_factory.mktemp("web") / "digits.html")
    for page in opened(browser, path):
        yield model, page


def test_every_other_network_draws_and_judges_what_keras_does(other):
    model, page = other
    asks = isinstance(model, ConditionalGAN)
    judges = hasattr(model, "discriminator")
    size = len(page.evaluate("() => page.latent"))
    latent = np.random.default_rng(7).standard_normal((256, size), np.float32)
    code = """([z, digits, judges]) => z.map((one, i) => {
        const p = page.picture(one, digits?.[i]);
        return [Array.from(p), judges ? page.probability(p, digits?.[i]) : 0];
    })"""
    answers = page.evaluate(code, [latent.tolist(), DIGITS.tolist() if asks else None, judges])
    expected = model.decode(latent) if not judges else model.pictures_of(latent, *([DIGITS] if asks else []))
    pictures = np.array([answer[0] for answer in answers]).reshape(-1, 28, 28, 1)
    assert np.abs(pictures - expected).max() <= 1e-5
    if judges:
        wanted = model.probability_real(expected, *([DIGITS] if asks else []))
        assert np.abs(np.array([answer[1] for answer in answers]) - wanted).max() <= 1e-5
    assert page.wrong == []


@pytest.mark.parametrize("padding", ["same", "valid"])
@pytest.mark.parametrize("kind", [layers.Conv2D, layers.Conv2DTranspose])
def test_convolutions_of_every_size_stride_and_padding_agree(browser, tmp_path, kind, padding):
    for kernel, strides in [(4, 2), (3, 2), (5, 1), ((2, 3), (1, 2)), (2, 3)]:
        network = keras.Sequential(
            [
                keras.Input((3,)),
                layers.Dense(6 * 7 * 2),
                layers.Reshape((6, 7, 2)),
                layers.BatchNormalization(),
                kind(3, kernel, strides=strides, padding=padding, activation="relu"),
                layers.Conv2DTranspose(1, 3, padding="same", activation="tanh"),
            ]
        )
        networks.randomise(network)
        path = to_web(network, tmp_path / "page.html", overwrite=True)
        latent = np.random.default_rng(7).standard_normal((50, 3), np.float32)
        for page in opened(browser, path):
            drawn = page.evaluate("zs => zs.map(z => Array.from(page.picture(z)))", latent.tolist())
            assert page.wrong == []
        np.testing.assert_allclose(drawn, network(latent).numpy().reshape(50, -1), atol=1e-5)


def test_a_picture_in_colour_is_drawn_in_its_colours_and_a_class_can_be_asked_for(browser, tmp_path):
    gan = ConditionalGAN("conv", latent_dim=3, image_shape=(8, 8, 3), classes=12)
    networks.randomise(gan.generator)
    for page in opened(browser, to_web(gan, tmp_path / "leaves.html")):
        page.get_by_role("group", name="What to draw").get_by_role("button", name="11", exact=True).click()
        shown = page.evaluate(
            "() => Array.from(document.getElementById('picture').getContext('2d').getImageData(0, 0, 8, 8).data)"
        )
        expected = gan.pictures_of(latent_of(page)[np.newaxis], [11])[0]
        assert page.wrong == []
    drawn = np.array(shown).reshape(8, 8, 4)
    assert np.abs(drawn[..., :3] - 127.5 * (expected + 1)).max() <= 0.51
    assert (drawn[..., 3] == 255).all()
    assert (drawn[..., 0] != drawn[..., 2]).any()


def test_a_digit_can_be_asked_for_where_the_network_takes_one(other):
    model, page = other
    buttons = page.get_by_role("group", name="What to draw").get_by_role("button")
    if not isinstance(model, ConditionalGAN):
        assert not page.locator("#wish").is_visible()
        return
    assert buttons.all_inner_texts() == list("0123456789")
    before = page.evaluate("() => page.latent")
    buttons.nth(7).click()
    assert page.evaluate("() => page.latent") == before
    assert [button.get_attribute("aria-pressed") for button in buttons.all()] == ["false"] * 7 + ["true"] + 2 * [
        "false"
    ]
    assert page.get_by_text("% sure that it is a real 7.").is_visible()
    shown = page.evaluate(
        "() => Array.from(document.getElementById('picture').getContext('2d').getImageData(0, 0, 28, 28).data)"
    )
    picture = model.pictures_of(np.array([before]), [7])[0, ..., 0]
    assert np.abs(np.array(shown).reshape(28, 28, 4)[..., 0] - 127.5 * (picture + 1)).max() <= 0.51
