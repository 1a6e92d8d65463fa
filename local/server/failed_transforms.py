"""What a failed macro does to the operation that called it, and the capability that macros need.

AWS creates a change set whose transform fails: it ends FAILED with the reason, and a stack made for it stays
REVIEW_IN_PROGRESS. MiniStack rejects the call instead. CreateStack and UpdateStack keep MiniStack's answer, a
ValidationError with the same sentence; AWS accepts the call and rolls the stack back.

CAPABILITY_AUTO_EXPAND is required by CreateStack and UpdateStack for any template that uses a macro, and does not
apply to change sets (API reference of CreateStack); MiniStack asks for it only where it checks IAM.
"""

import copy

from ministack.services.cloudformation import _change_sets, changesets, engine, handlers, helpers

from pinned import private, replace

# Stands for a template that could not be made: the change set needs one, and nobody ever sees it.
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

    # Handlers run one after the other on the server's loop, so that the list belongs to one call at a time.
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
