"""Removes the folder of the server, with its log and its data, when it ends: who ended it by its process id, or has ended
without it, removes nothing.
"""

import os
import shutil


def remove() -> None:
    folder = os.environ.get("LOCAL_AWS_FOLDER")
    if folder:
        shutil.rmtree(folder, ignore_errors=True)
