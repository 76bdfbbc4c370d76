"""What a Python program does with a cluster, by Debian's python3-kubernetes: typed and dynamic clients, watches, exec, logs.

Usage: first_hour.py KUBECONFIG IMAGE. Prints one JSON object with what it saw.
"""

import json
import sys

from kubernetes import client, config, dynamic, watch
from kubernetes.client.rest import ApiException
from kubernetes.stream import stream

kubeconfig, image = sys.argv[1:]
namespace = "python"
config.load_kube_config(kubeconfig)
core = client.CoreV1Api()
seen = {"version": client.VersionApi().get_code().git_version}
core.create_namespace(client.V1Namespace(metadata=client.V1ObjectMeta(name=namespace)))
try:
    resources = dynamic.DynamicClient(client.ApiClient()).resources
    config_maps = resources.get(api_version="v1", kind="ConfigMap")
    manifest = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "settings"}, "data": {"color": "blue"}}
    config_maps.create(body=manifest, namespace=namespace)
    merge = {"content_type": "application/merge-patch+json"}
    config_maps.patch(name="settings", namespace=namespace, body={"data": {"color": "green"}}, **merge)
    applied = {**manifest, "data": {"size": "large"}}
    config_maps.server_side_apply(
        name="settings", namespace=namespace, body=json.dumps(applied), field_manager="python", force_conflicts=True
    )
    seen["data"] = core.read_namespaced_config_map("settings", namespace).data
    seen["dynamicWatch"] = sorted(
        event["object"].metadata.name for event in config_maps.watch(namespace=namespace, timeout=1)
    )
    try:
        core.read_namespaced_config_map("missing", namespace)
    except ApiException as error:
        seen["missing"] = [error.status, json.loads(error.body)["reason"]]

    container = client.V1Container(name="main", image=image, command=["sh", "-c", "echo started; exec sleep 3600"])
    container.image_pull_policy = "IfNotPresent"
    spec = client.V1PodSpec(containers=[container], termination_grace_period_seconds=0)
    pod = client.V1Pod(metadata=client.V1ObjectMeta(name="worker"), spec=spec)
    core.create_namespaced_pod(namespace, pod)
    phases = []
    watching = watch.Watch()
    for event in watching.stream(core.list_namespaced_pod, namespace, timeout_seconds=60):
        phases.append(event["object"].status.phase)
        if phases[-1] == "Running":
            watching.stop()
    seen["phases"] = sorted(set(phases))

    def execute(command, **options):
        asked = {"stdin": False, "stdout": True, "stderr": True, "tty": False, **options}
        return stream(core.connect_get_namespaced_pod_exec, "worker", namespace, command=command, **asked)

    both = execute(["sh", "-c", "echo out; echo err >&2"], _preload_content=False)
    both.run_forever(timeout=10)
    seen["exec"] = [both.read_stdout(), both.read_stderr()]
    session = execute(["sh"], stdin=True, _preload_content=False)
    session.write_stdin("echo $((6 * 7))\n")
    session.update(timeout=5)
    seen["session"] = session.read_stdout()
    session.write_stdin("exit 4\n")
    session.run_forever(timeout=10)
    seen["exitCode"] = session.returncode
    seen["log"] = core.read_namespaced_pod_log("worker", namespace)
finally:
    core.delete_namespace(namespace)
print(json.dumps(seen))
