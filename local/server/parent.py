"""Stops the server when the process that started it ends, so that a crash or a closed terminal leaves no orphan."""

import os
import signal
import time


def end_with(parent: int) -> None:
    """Waits until the parent process has ended, then sends SIGTERM to this process."""
    while os.getppid() == parent:
        time.sleep(0.5)
    os.kill(os.getpid(), signal.SIGTERM)
