"""Wrong answers to the exercises of lesson 05."""

from exercise_cases import Case


def best(code):
    return f"def best_d(p, q):\n    return {code}"


def game(*lines, real="real[rng.integers(len(real), size=8)]"):
    head = "def my_game(gan, d_step, g_step, real, steps):\n    rng = np.random.default_rng(0)\n"
    head += f"    batch = lambda: {real}\n    latent = lambda: gan.latent_vectors(8, seed=int(rng.integers(999)))\n"
    return head + "\n".join(f"    {line}" for line in lines)


NETWORKS, EXCHANGED = "gan.generator, gan.discriminator", "gan.discriminator, gan.generator"
D = f"d_step({NETWORKS}, gan.d_optimizer, batch(), latent())"
D_BY_NAME = D.replace("batch(), latent()", "latent=latent(), real=batch()")
G = f"g_step({NETWORKS}, gan.g_optimizer, latent())"
CASES = {
    "05.1": Case(
        wrong={'my_prediction = "one"': "Who has time now?", 'my_prediction = "none"': "why should it miss"},
        raises="my_prediction = Broken()",
    ),
    "05.2": Case(
        wrong={
            best("q / (p + q)"): "labels swapped",
            best("p / np.where(q > 0, q, 1)"): "from 0 to infinity",
            best("p"): "Real points alone do not decide",
            best("p * q"): "three of four points are real",
            best("(p / (p + q))[0]"): "has the shape ()",
        },
        raises=best("p / nothing"),
    ),
    "05.3": Case(
        wrong={
            "my_factor = 0.5": "1 / sqrt(n)",
            "my_factor = 4": "not more.",
            "my_factor = 1": "of no use",
            "my_factor = 0.05": "divide the second spread by the first",
        },
        raises='my_factor = "a quarter"',
        right=("my_factor = 0.188", "my_factor = 1 / 4"),  # the first is what the cell prints
    ),
    "05.4": Case(
        wrong={
            game(f"for i in range(steps): {G}"): "Only `g_step` was called",
            game(f"for i in range(steps): {D}", f"for i in range(steps): {G}"): "against one that stands still",
            game(f"for i in range(steps): {D}; {D}; {G}"): "10 updates of each, in turn",
            game(f"for i in range(steps): {D}; {G.replace('gan.g_opt', 'gan.d_opt')}"): "an optimizer of its own",
            game(f"for i in range(steps): {D.replace(NETWORKS, EXCHANGED)}"): "in this order",
            game("latent = lambda: gan.latent_vectors(8)", f"for i in range(steps): {D}; {G}"): "same latent vectors",
            game(
                "latent = lambda n=[0]: (n.append(1), gan.latent_vectors(8, seed=len(n) % 2))[1]",
                f"for i in range(steps): {D}; {G}",
            ): "same latent vectors",
            game("latent = lambda: rng.normal(size=(8, 2))", f"for i in range(steps): {D}; {G}"): "none of the GAN's",
            game(f"for i in range(steps): {D}; {G}", real="real[:8]"): "The same real points",
            game(f"for i in range(steps): {D}; {G}", real="rng.normal(size=(8, 2))"): "points out of `real`",
        },
        raises=game(f"for i in range(steps): {D}; {G}; 1 / 0"),
        right=(game(f"for i in range(steps): {D_BY_NAME}; {G.replace('latent()', 'latent=latent()')}"),),
    ),
}
