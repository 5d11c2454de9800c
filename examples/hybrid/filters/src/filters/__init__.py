"""Image filters in C++ threads, as a stage of a ZeroMQ pipeline."""

import zmqpp  # noqa: F401  (first: the stage uses its libzmq)

from ._stage import Stage, blur

__all__ = ["Stage", "blur"]
