"""Training runs: train what is on disk, prove it beside the model in use, promote or refuse it."""
