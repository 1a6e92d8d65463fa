"""Member accounts of an organisation; in MiniStack each account is an organisation of its own.

InviteAccountToOrganization makes the account a member at once: the handshake that its owner would accept is left out. A member has the
organisation's `aws:PrincipalOrgID`.
"""

import time

from ministack.core import iam_evaluator
from ministack.core.responses import error_response_json, get_account_id, json_response
from ministack.services import organizations

from pinned import private, replace


def install() -> None:
    own = private(iam_evaluator, "_principal_org_id")
    # The organisation's management account, by member.
    managed_by: dict[str, str] = {}

    def principal_org_id(account_id):
        return own(managed_by.get(account_id, account_id))

    def invite(payload):
        account = (payload.get("Target") or {}).get("Id", "")
        if account in managed_by:
            return error_response_json("DuplicateHandshakeException", "The account is a member already.", 400)
        private(organizations, "_ensure_org")()
        managed_by[account] = get_account_id()
        handshake = {"Id": f"h-{account}", "State": "ACCEPTED", "RequestedTimestamp": int(time.time())}
        return json_response({"Handshake": handshake})

    replace("_principal_org_id", principal_org_id, iam_evaluator)
    private(organizations, "_DISPATCH")["InviteAccountToOrganization"] = invite
