"""From labelled radiographs to bundles: the only room that knows torch.

Heavy imports stay inside its modules, so that the command line can name a
recipe without loading a tensor library.
"""
