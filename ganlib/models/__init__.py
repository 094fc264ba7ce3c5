"""Families of models: what a step of each is, and what a trained one can be asked."""

import pkgutil
from importlib import import_module


def load_run(folder, **networks):
    """Build the model that a run folder holds, whichever family it is of, to use it; the folder stays as it is.

    `resume` of its class goes on in the folder instead; `train(run=...)` goes on in a new one.

    Parameters
    ----------
    folder : str or Path
        A run folder.
    **networks : keras.Model
        Networks of your own code, as for `TrainableModel.resume`.

    Returns
    -------
    TrainableModel
        At the newest checkpoint that is whole, with the history up to it in `measured`.

    Raises
    ------
    RunFolderError
        The folder is no run, is of another version, has no whole checkpoint or needs networks of your own code.
    """
    for module in pkgutil.iter_modules(__path__):  # Keras finds a class by its name once its module is imported
        import_module(f"{__name__}.{module.name}")
    from ganlib.training import RunFolder, rebuild

    run = RunFolder.open(folder)
    model, *_ = rebuild(run, **networks)
    model.measured = run.history(up_to=model.step)
    run.to_read, model.run = True, run
    return model
