"""What HostProcess containers mount, where, and how."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
import yaml
from scanning import POD, scan_text, seconds

from hostprocess_lint.finding import Finding
from hostprocess_lint.rules.context import Context

OLD = Context(containerd_version=(1, 6))


def found(
    mount: dict[str, Any] | None, volume: dict[str, Any], context: Context | None = None, **container: Any
) -> list[Finding]:
    """The findings about one volume, mounted or not."""
    pod = yaml.safe_load(POD)
    spec = pod["spec"]
    spec["volumes"] = [{"name": "v", **volume}]
    if mount is not None:
        spec["containers"][0]["volumeMounts"] = [{"name": "v", "mountPath": "C:\\mnt\\v", **mount}]
    spec["containers"][0].update(container)
    return [each for each in scan_text(yaml.safe_dump(pod), context).findings if each.rule != "HPC401"]


def rules(*arguments: Any, **container: Any) -> list[str]:
    return sorted(each.rule for each in found(*arguments, **container))


def host(path: str, kind: str | None = None) -> dict[str, Any]:
    return {"hostPath": {"path": path, "type": kind} if kind else {"path": path}}


@pytest.mark.parametrize(
    ("volume", "said"),
    [
        (host("C:\\data"), "HPC405"),
        (host("/var/log/agent"), "HPC405"),
        (host("/opt/cni/bin"), "HPC405"),
        (host("C:\\proc"), "HPC319"),
        (host("/procedures"), "HPC405"),
        (host("C:\\usr\\local"), "HPC405"),
        (host("/proc"), "HPC319"),
        (host("/sys/class/"), "HPC319"),
        (host("\\dev"), "HPC319"),
        (host("/lib/modules"), "HPC319"),
        (host("/etc/machine-id", "File"), "HPC319"),
        (host("/etc/kubernetes"), "HPC405"),
        (host("/var/run/azure-vnet"), "HPC405"),
        (host("/run/agent"), "HPC319"),
        (host("/run/containerd/containerd.sock"), "HPC209"),
        (host("C:\\a\\b", "Socket"), "HPC209"),
        (host("/dev/kmsg", "CharDevice"), "HPC217"),
        (host("/dev/sda", "BlockDevice"), "HPC217"),
        (host("\\\\.\\pipe\\x"), "HPC201"),
        (host("//./pipe/x"), "HPC301"),
        (host("//server/share"), "HPC405"),
    ],
)
def test_what_a_host_path_means(volume: dict[str, Any], said: str) -> None:
    if volume["hostPath"]["path"] == "C:\\proc":
        said = "HPC405"  # somebody has written a path of Windows, and means one
    assert rules({}, volume) == [said]
    assert rules(None, volume) == []


ROOTS = ["C:", "c:\\", "/", "\\", ".", "./", "C:\\.", "C://", "C:\\Windows\\..", "/a/../", "C:/a/b/../.."]


@pytest.mark.parametrize("path", ROOTS)
def test_nothing_can_be_mounted_on_the_drive(path: str) -> None:
    assert rules({"mountPath": path}, {"emptyDir": {}}) == ["HPC210"]


@pytest.mark.parametrize("path", ["D:\\", "C:\\mnt\\..\\data", "..\\a", "C:\\a."])
def test_elsewhere_it_can(path: str) -> None:
    assert rules({"mountPath": path}, {"emptyDir": {}}) == []


HIDING = ["C:\\Windows", "c:/windows/System32/drivers/etc", "C:\\ProgramData\\", "/var/lib/kubelet", "C:\\var\\log"]
HIDING += ["C:\\etc\\kubernetes", "/etc/cni/net.d", "C:\\hpc", "C:\\mnt\\..\\Users", "Program Files"]


@pytest.mark.parametrize("path", HIDING)
def test_a_directory_of_the_node_is_hidden(path: str) -> None:
    assert rules({"mountPath": path}, {"emptyDir": {}}) == ["HPC310"]
    assert rules({"mountPath": path}, {"emptyDir": {}}, OLD) == []
    assert rules({"mountPath": path}, host(path)) == ["HPC405"]
    assert rules({"mountPath": path}, host("C:\\data")) == ["HPC310", "HPC405"]


@pytest.mark.parametrize("path", ["C:\\Windows\\agent", "C:\\ProgramData\\agent", "/var/log/agent", "D:\\Windows"])
def test_a_directory_of_the_programs_own_hides_nothing(path: str) -> None:
    assert rules({"mountPath": path}, {"emptyDir": {}}) == []


@pytest.mark.parametrize(
    ("mount", "context", "said"),
    [
        ({"recursiveReadOnly": "Enabled", "readOnly": True}, Context(), ["HPC218"]),
        ({"recursiveReadOnly": "Enabled", "readOnly": True}, Context(kubernetes=(1, 30)), []),
        ({"recursiveReadOnly": "IfPossible", "readOnly": True}, Context(), []),
        ({"mountPropagation": "HostToContainer"}, Context(), ["HPC306"]),
        ({"mountPropagation": "None"}, Context(), []),
        ({"mountPropagation": ""}, Context(), ["HPC117"]),
        ({"mountPropagation": "Sometimes"}, Context(), ["HPC117"]),
        ({"mountPropagation": "Bidirectional"}, Context(), ["HPC109"]),
    ],
)
def test_how_it_is_mounted(mount: dict[str, Any], context: Context, said: list[str]) -> None:
    assert rules(mount, {"emptyDir": {}}, context) == said


@pytest.mark.parametrize("mount", [{"mountPropagation": "Bidirectional"}, {"mountPropagation": "Sometimes"}])
def test_a_mount_that_goes_with_its_volume_is_not_refused(mount: dict[str, Any]) -> None:
    """Below 1.35 the API server drops what mounts an image before it validates it."""
    image = {"image": {"reference": "a:1"}}
    older, newer = (set(rules(mount, image, Context(kubernetes=(1, minor)))) for minor in (34, 35))
    assert newer - older and newer - older <= {"HPC109", "HPC117"}


def test_kinds_of_storage() -> None:
    assert rules({}, {"emptyDir": {"medium": "Memory"}}) == ["HPC309"]
    assert rules(None, {"emptyDir": {"medium": "Memory"}}) == []
    assert rules({}, {"emptyDir": {"medium": "HugePages-2Mi"}}) == ["HPC219"]
    assert rules({}, {"image": {"reference": "a:1"}}) == ["HPC313"]
    assert "not known to work" in found({}, {"image": {"reference": "a:1"}})[0].message
    assert "not known to work" not in found({}, {"image": {"reference": "a:1"}}, OLD)[0].message
    claim = {"persistentVolumeClaim": {"claimName": "c"}}
    assert rules(None, claim, volumeDevices=[{"name": "v", "devicePath": "C:\\raw"}]) == ["HPC219"]
    assert rules(None, claim, volumeDevices=[]) == []


@pytest.mark.parametrize(
    ("minor", "said"),
    [
        (30, []),
        (31, ["Kubernetes 1.31 drops image volumes, unless their gate is switched on"]),
        (34, ["Kubernetes 1.34 drops image volumes, unless their gate is switched on"]),
        (35, ["HostProcess container mounts an image volume"]),
        (36, ["image volumes are not known to work in a HostProcess container"]),
    ],
)
def test_image_volumes_by_version(minor: int, said: list[str]) -> None:
    """Below 1.31 it is the field that is told (HPC116); 1.35 is recommended with containerd 1.7, 1.36 with 2.2."""
    volumes = found({}, {"image": {"reference": "a:1"}}, Context(kubernetes=(1, minor)))
    assert [each.message for each in volumes if each.rule == "HPC313"] == said
    unknown = [each.field for each in volumes if each.rule == "HPC116"]
    assert unknown == ["spec.volumes[0].image"] * (minor < 31)  # and not what is in it as well


def test_one_size_of_pages_is_one_finding() -> None:
    pages = {"memory": "1Gi", "hugepages-2Mi": "4Mi"}
    (finding,) = found(None, {"emptyDir": {}}, resources={"limits": pages, "requests": dict(pages)})
    assert (finding.rule, finding.field) == ("HPC219", "spec.containers[0].resources.limits.hugepages-2Mi")
    assert [each.label for each in finding.related] == ["asked for here as well"]


def test_many_volumes_and_mounts_take_time_in_proportion() -> None:
    def taken(size: int) -> float:
        pod = yaml.safe_load(POD)
        pod["spec"]["volumes"] = [{"name": f"v{i}", **host(f"C:\\data\\{i}")} for i in range(size)]
        mounts = [{"name": f"v{i}", "mountPath": f"C:\\mnt\\{i}"} for i in range(size)]
        pod["spec"]["containers"][0]["volumeMounts"] = mounts
        text = yaml.safe_dump(pod)
        assert sum(each.rule == "HPC405" for each in scan_text(text).findings) == size
        return seconds(lambda: partial(scan_text, text))

    assert taken(1600) < 12 * taken(400)  # four times the text; sixteen times would be a square
