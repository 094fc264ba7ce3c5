"""One file for each family of models; each model owns its `train_step`."""
