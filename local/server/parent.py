"""Stops the server when the process that started it ends, so that a crash or a closed terminal leaves no orphan."""

import os
import signal
import time

import own_folder

# For a regular end; a request that waits for a function would delay it for up to an hour.
SECONDS = 5


def end_with(parent: int) -> None:
    """Waits until the parent process has ended, then ends this process and the functions that it started."""
    while os.getppid() == parent:
        time.sleep(0.5)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(SECONDS)
    own_folder.remove()
    if os.getpgrp() == os.getpid():
        os.killpg(os.getpid(), signal.SIGKILL)
    os.kill(os.getpid(), signal.SIGKILL)
