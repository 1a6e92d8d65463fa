"""Pages of CodeBuild's projects, and the limit of their descriptions; MiniStack has neither.

https://docs.aws.amazon.com/codebuild/latest/APIReference/API_ListProjects.html: 100 a page.
"""

import json

from ministack.core.responses import error_response_json, json_response
from ministack.services import codebuild

from pinned import private, replace

PAGE = 100


def install() -> None:
    own_list, own_get = private(codebuild, "_list_projects"), private(codebuild, "_batch_get_projects")

    def list_projects(data):
        names = json.loads(own_list(data)[2])["projects"]
        first = int(data.get("nextToken") or 0)
        token = {"nextToken": str(first + PAGE)} if len(names) > first + PAGE else {}
        return json_response({"projects": names[first : first + PAGE], **token})

    def batch_get_projects(data):
        if not 1 <= len(data.get("names") or []) <= PAGE:
            return error_response_json("InvalidInputException", f"names must have from 1 to {PAGE} items", 400)
        return own_get(data)

    replace("_list_projects", list_projects, codebuild)
    replace("_batch_get_projects", batch_get_projects, codebuild)
