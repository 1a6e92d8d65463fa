"""The context of SimulateCustomPolicy, which MiniStack ignores: conditions cannot be tested without it.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulateCustomPolicy.html; an entry has a key, a type and
values; a type that ends in `List` has several values.
"""

from contextvars import ContextVar

from ministack.core import iam_evaluator
from ministack.services import iam

from pinned import private, replace

_context: ContextVar[dict] = ContextVar("simulated_context", default={})


def install() -> None:
    handlers = private(iam, "_IAM_HANDLERS")
    own = private(iam, "_simulate_custom_policy")

    def simulate(request):
        token = _context.set(_entries(request))
        try:
            return own(request)
        finally:
            _context.reset(token)

    handlers["SimulateCustomPolicy"] = simulate
    _install_evaluation()


def _install_evaluation() -> None:
    own = private(iam_evaluator, "evaluate")

    def evaluate(context, *others):
        context.service_context = {**context.service_context, **_context.get()}
        return own(context, *others)

    replace("evaluate", evaluate, iam_evaluator)


def _entries(request: dict) -> dict:
    """The context by key, in lower case, as conditions look it up."""
    given = private(iam, "_p")
    entries, index = {}, 1
    while key := given(request, f"ContextEntries.member.{index}.ContextKeyName"):
        prefix = f"ContextEntries.member.{index}"
        values = _values(request, f"{prefix}.ContextKeyValues")
        is_list = given(request, f"{prefix}.ContextKeyType").endswith("List")
        entries[key.lower()] = values if is_list else (values or [""])[0]
        index += 1
    return entries


def _values(request: dict, prefix: str) -> list:
    values, index = [], 1
    while value := private(iam, "_p")(request, f"{prefix}.member.{index}"):
        values.append(value)
        index += 1
    return values
