"""What tests of every kind of model look at: all that a checkpoint holds, and sentences for people."""


def arrays_of(model):
    """Every array that a checkpoint holds: the weights, and the optimizers' moments."""
    return model.state()[0]


def same(arrays, others):
    """Tell whether two such dicts are equal bit for bit."""
    return arrays.keys() == others.keys() and all(
        array.dtype == others[name].dtype and array.tobytes() == others[name].tobytes()
        for name, array in arrays.items()
    )


def one_sentence(error):
    """Check that a message is a sentence or two for people, and return it."""
    text = str(error.value if hasattr(error, "value") else error)
    assert 20 < len(text) < 500, text
    assert "\n" not in text, text
    assert text.rstrip("'\"").endswith("."), text
    return text
