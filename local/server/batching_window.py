"""Batches of queues for functions: the batching window, and more than 10 messages, which MiniStack does not have.

A function is invoked when a batch is full, or when the window is over that begins with the first message
(https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html). AWS has several pollers for a queue, each with a
batch of its own: a burst may become a few batches there. Here there is one.
"""

import time

from ministack.services import lambda_svc, sqs

from pinned import private, replace

MAX_MESSAGES = 10_000


def install() -> None:
    own = private(lambda_svc, "_iter_all_esms")

    def iter_all_esms():
        for account, region, mapping in own():
            if _is_due(mapping):
                yield account, region, mapping

    replace("_iter_all_esms", iter_all_esms, lambda_svc)
    for name in ("_queues_lock", "_get_q", "_expire_retained", "_dlq_sweep", "_collect_msgs"):
        private(sqs, name)
    replace("_receive_messages_for_esm", _receive, sqs)


def _is_due(mapping: dict) -> bool:
    window, arn = mapping.get("MaximumBatchingWindowInSeconds", 0), mapping.get("EventSourceArn", "")
    queue = private(sqs, "_queue_by_arn")(arn) if window and ":sqs:" in arn else None
    if queue is None:
        return True
    now = time.time()
    visible = [message for message in list(queue["messages"]) if message.get("visible_at", 0) <= now]
    if len(visible) >= mapping.get("BatchSize", 10):
        return True
    return any(now - max(message["sent_at"], message.get("visible_at", 0)) >= window for message in visible)


def _receive(queue_url: str, max_number: int) -> list:
    with sqs._queues_lock:
        queue = sqs._get_q(queue_url)
        timeout = int(queue["attributes"].get("VisibilityTimeout", "30"))
        sqs._expire_retained(queue)
        sqs._dlq_sweep(queue)
        return sqs._collect_msgs(queue, min(int(max_number or 1), MAX_MESSAGES), timeout)
