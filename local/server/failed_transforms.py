"""The effect of a failed macro on the operation that invoked it, and the capability that macros need.

In AWS a change set whose transform fails has the status FAILED with the reason, and its new stack stays
REVIEW_IN_PROGRESS. MiniStack rejects the call instead. CreateStack and UpdateStack have MiniStack's response, a
ValidationError with the same message; AWS accepts the call and rolls the stack back.

CreateStack and UpdateStack require CAPABILITY_AUTO_EXPAND for any template with a macro, change sets do not (API
reference of CreateStack); MiniStack requires it only if it checks IAM.
"""

import copy

from ministack.services.cloudformation import _change_sets, changesets, engine, handlers, helpers

from pinned import private, replace

# A placeholder: the change set needs a template, and it is never shown.
NOTHING = {"Resources": {"Nothing": {"Type": "AWS::CloudFormation::WaitConditionHandle"}}}


def install() -> None:
    _install_failing_change_sets()
    _install_capability()


def _install_failing_change_sets() -> None:
    actions = private(handlers, "_ACTION_HANDLERS")
    create = actions["CreateChangeSet"]
    apply_transforms = private(changesets, "_apply_transforms")
    failures: list[str] = []

    def remembering(template, *args):
        applied = apply_transforms(template, *args)
        if not isinstance(applied, private(engine, "_TransformFailed")):
            return applied
        failures.append(applied.error)
        return {**copy.deepcopy(NOTHING), "Parameters": template.get("Parameters", {})}

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
    replace("_apply_transforms", remembering, changesets)
    actions["CreateChangeSet"] = create_change_set


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
