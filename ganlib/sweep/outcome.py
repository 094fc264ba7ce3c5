"""What became of a GAN, in one word, by the signs that lesson 07 reads."""

TRAINED, D_WON, G_WON, COLLAPSED, DIVERGED = "trained", "D won", "G won", "collapsed", "diverged"
OUTCOMES = (TRAINED, D_WON, G_WON, COLLAPSED, DIVERGED)
MEANING = {
    TRAINED: "neither network is sure, and the pictures differ",
    D_WON: "the discriminator is right about more than 97 % of the pictures",
    G_WON: "the discriminator takes the fakes for real",
    COLLAPSED: "all latent vectors give nearly the same picture",
    DIVERGED: "a loss has run off, or became infinite",
}
LOSS = 30.0
SPREAD = 0.1
SURE = 0.97
FOOLED = 0.8


def outcome(signs):
    """Name the outcome of a training; the worst that applies.

    Parameters
    ----------
    signs : mapping of str to float
        What `ganlib.models.presets.vital_signs` measured over the last steps: `loss`, `spread`, `d_accuracy`, `d_fake`.

    Returns
    -------
    str
        One of `OUTCOMES`.
    """
    if not signs["loss"] <= LOSS:  # NaN too
        return DIVERGED
    if signs["spread"] < SPREAD:
        return COLLAPSED
    if signs["d_accuracy"] > SURE:
        return D_WON
    return G_WON if signs["d_fake"] > FOOLED else TRAINED
