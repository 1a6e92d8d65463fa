"""BatchGetItem's answer ends at 16 MB and names the keys that are left; MiniStack answers all of them.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html
"""

import json

from ministack.core.responses import json_response
from ministack.services import dynamodb

from pinned import private, replace

MAX_BYTES = 16 * 1024 * 1024


def install() -> None:
    whole = private(dynamodb, "_batch_get_item")

    def batch_get_item(data: dict) -> tuple:
        answer = whole(data)
        if answer[0] != 200 or len(answer[2]) <= MAX_BYTES:
            return answer
        return json_response(_within_limit(data["RequestItems"], json.loads(answer[2])))

    replace("_batch_get_item", batch_get_item, dynamodb)


def _within_limit(asked: dict, answer: dict) -> dict:
    size = private(dynamodb, "_item_size_bytes")
    left = MAX_BYTES
    kept, unprocessed = {}, dict(answer.get("UnprocessedKeys") or {})
    for table, items in answer["Responses"].items():
        names = list(asked[table]["Keys"][0])
        over = []
        for item in items:
            left -= size(item)
            if left >= 0:
                kept.setdefault(table, []).append(item)
            else:
                over.append({name: item[name] for name in names})
        if over:
            unprocessed[table] = {**asked[table], "Keys": over}
    return {"Responses": kept, "UnprocessedKeys": unprocessed}
