"""The effect of a failed macro on the operation that invoked it, and the capability that macros need.

In AWS a change set whose transform fails has the status FAILED with the reason, and its new stack stays
REVIEW_IN_PROGRESS; CreateStack and UpdateStack accept the call, and roll the stack back with the reason (LocalStack's
recording, tests/aws/services/cloudformation/test_template_engine.snapshot.json). MiniStack rejects the call instead.

CreateStack and UpdateStack require CAPABILITY_AUTO_EXPAND for any template with a macro, change sets do not (API
reference of CreateStack); MiniStack requires it only if it checks IAM.
"""

import copy

from ministack.services.cloudformation import _change_sets, changesets, engine, handlers, helpers

from pinned import private, replace

# A placeholder: the change set needs a template, and it is never shown.
NOTHING = {"Resources": {"Nothing": {"Type": "AWS::CloudFormation::WaitConditionHandle"}}}


class FailedTemplate(dict):
    """The placeholder of a template whose transform failed, with the reason."""

    reason = ""


def install() -> None:
    actions = private(handlers, "_ACTION_HANDLERS")
    create = actions["CreateChangeSet"]
    failures: list[str] = []

    def create_change_set(params):
        failures.clear()
        known = set(_change_sets)
        answer = create(params)
        if failures:
            for change_set_id in set(_change_sets) - known:
                _change_sets[change_set_id].update(
                    Status="FAILED",
                    ExecutionStatus="UNAVAILABLE",
                    StatusReason=failures[0],
                    Changes=[],
                    _template={},
                )
        return answer

    # Handlers run sequentially on the server's loop, so one call at a time uses the list.
    for module in (changesets, handlers):
        replace("_apply_transforms", _remembering(private(module, "_apply_transforms"), failures), module)
    actions["CreateChangeSet"] = create_change_set
    _install_capability()


def _remembering(own, failures: list[str]):
    failure = private(engine, "_TransformFailed")

    def apply_transforms(template, *args):
        applied = own(template, *args)
        if not isinstance(applied, failure) or getattr(applied, "is_error", False):
            return applied
        failures.append(applied.error)
        placeholder = FailedTemplate({**copy.deepcopy(NOTHING), "Parameters": template.get("Parameters", {})})
        placeholder.reason = applied.error
        return placeholder

    return apply_transforms


def _install_capability() -> None:
    check = private(handlers, "_check_capabilities")

    def check_capabilities(sent, template, params, macros=True):
        given = private(helpers, "_extract_string_members")(params, "Capabilities")
        if macros and private(handlers, "_uses_macro")(sent) and "CAPABILITY_AUTO_EXPAND" not in given:
            return private(helpers, "_error")(
                "InsufficientCapabilitiesException", "Requires capabilities : [CAPABILITY_AUTO_EXPAND]"
            )
        return check(sent, template, params, macros=macros)

    replace("_check_capabilities", check_capabilities, handlers)
