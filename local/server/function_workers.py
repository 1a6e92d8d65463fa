"""Which processes a change of a function ends: those of its account and Region that run nothing.

A function that is updated finishes what it runs with its old code (https://aws.amazon.com/lambda/faqs/: for less than a
minute requests may be served by either version). MiniStack ends the processes of all functions of that name, in each
account and Region, also those at work: their custom resources then never get a response.
"""

import threading

from ministack.core import lambda_runtime
from ministack.core.responses import get_account_id, get_region
from ministack.services import lambda_svc

from pinned import private, replace

# The worker that the current thread uses: one that cannot start fails here, and is not given back.
_current = threading.local()
# Those to end once they are given back.
_retired: set = set()


def install() -> None:
    acquire = private(lambda_runtime, "acquire_worker")
    release = private(lambda_runtime, "release_worker")

    def acquire_worker(*given, **named):
        worker, reason = acquire(*given, **named)
        _current.worker = worker
        return worker, reason

    def release_worker(worker):
        release(worker)
        if worker in _retired:
            _retired.discard(worker)
            lambda_runtime.kill_workers([worker])

    replace("acquire_worker", acquire_worker, lambda_runtime, lambda_svc)
    replace("release_worker", release_worker, lambda_runtime, lambda_svc)
    replace("invalidate_worker", _invalidate, lambda_runtime, lambda_svc)


def _invalidate(func_name: str, qualifier: str | None = None, account: str | None = None, region: str | None = None):
    """Takes the workers out of their pool, and ends those that are idle."""
    prefix = f"{account or get_account_id()}:{region or get_region()}:{func_name}:"
    workers = private(lambda_runtime, "_workers")
    idle = []
    with private(lambda_runtime, "_lock"):
        meant = [key for key in workers if key.startswith(prefix) and qualifier in (None, key.removeprefix(prefix))]
        for worker in [each for key in meant for each in workers.pop(key)]:
            if worker.in_use and worker is not getattr(_current, "worker", None):
                _retired.add(worker)
            else:
                idle.append(worker)
    lambda_runtime.kill_workers(idle)
