"""Tasks of ECS without a container engine, and the digest of each container's image, which MiniStack takes from one.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Container.html (`imageDigest`). A tag is resolved when a
task starts; the tasks of a service's deployment have the digests of its first task, unless a container definition
has `versionConsistency: disabled`
(https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-type-ecs.html#deployment-container-image-stability).
No container runs, no image is pulled, and a task whose image does not exist starts all the same, without a digest.
"""

from contextvars import ContextVar

from ministack.services import ecs

from image_addresses import digest_at
from pinned import private, replace

# The digests of a deployment by container name, in MiniStack's record of it.
DIGESTS = "_image_digests"
_deployment: ContextVar[dict | None] = ContextVar("ecs_deployment", default=None)


def install() -> None:
    # Also where there is an engine: the images exist in the local registry only.
    private(ecs, "_get_docker")
    replace("_get_docker", lambda: None, ecs)
    _install_containers()
    _install_deployments()


def digests_of(task_definition: dict, established: dict) -> dict:
    """The digest of each container's image by its name, as far as it is known; those of a deployment stay."""
    found = {}
    for container in task_definition.get("containerDefinitions", []):
        is_kept = container.get("versionConsistency", "enabled") != "disabled"
        digest = (established.get(container["name"]) if is_kept else None) or digest_at(container.get("image", ""))
        if digest is not None:
            found[container["name"]] = digest
    return found


def _install_containers() -> None:
    own = private(ecs, "_build_task_containers")

    def build_task_containers(task_definition, overrides):
        deployment = _deployment.get()
        digests = digests_of(task_definition or {}, (deployment or {}).get(DIGESTS, {}))
        if deployment is not None:
            deployment[DIGESTS] = digests
        return [
            {**each, **({"imageDigest": digests[each["name"]]} if each["name"] in digests else {})}
            for each in own(task_definition, overrides)
        ]

    replace("_build_task_containers", build_task_containers, ecs)


def _install_deployments() -> None:
    own = private(ecs, "_run_task")

    def run_task(data):
        token = _deployment.set(_deployment_with(data.get("_deploymentId")))
        try:
            return own(data)
        finally:
            _deployment.reset(token)

    replace("_run_task", run_task, ecs)
    private(ecs, "_ACTION_MAP")["RunTask"] = run_task


def _deployment_with(identifier: str | None) -> dict | None:
    every = (each for service in private(ecs, "_services").values() for each in service["deployments"])
    return None if identifier is None else next((each for each in every if each["id"] == identifier), None)
