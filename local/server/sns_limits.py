"""Messages that SNS rejects and MiniStack accepts: a Subject that is not one line of at most 100 ASCII characters, an
empty message, the MessageStructure json without a default, and the topic of another Region than the one that is called.

https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
"""

import json
import re

from ministack.core.responses import get_region
from ministack.services import sns

from pinned import private, replace

# It starts with a letter, number or punctuation mark.
SUBJECT = re.compile(r"[!-~][ -~]{0,99}")


def install() -> None:
    own = private(sns, "_publish")

    def publish(params):
        problem = _problem(lambda name: private(sns, "_p")(params, name))
        if problem is not None:
            return private(sns, "_error")("InvalidParameter", f"Invalid parameter: {problem}", 400)
        return own(params)

    replace("_publish", publish, sns)


def _problem(value_of) -> str | None:
    message, subject, topic = value_of("Message"), value_of("Subject"), value_of("TopicArn")
    if topic and topic.startswith("arn:") and topic.split(":")[3:4] != [get_region()]:
        return "TopicArn"
    if not message:
        return "Empty message"
    if subject and not SUBJECT.fullmatch(subject):
        return "Subject"
    if value_of("MessageStructure") != "json":
        return None
    try:
        by_protocol = json.loads(message)
    except ValueError:
        return "Message Structure - JSON message body failed to parse"
    if not isinstance(by_protocol, dict) or "default" not in by_protocol:
        return "Message Structure - No default entry in JSON message body"
    return None
