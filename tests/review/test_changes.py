"""What has changed between two reviews, or since a revision that git knows."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from reviewing import bound, container, pod, reviewed, role, rule, thing

from hostprocess_lint.doors.cli import main
from hostprocess_lint.errors import UsageError
from hostprocess_lint.outcome import Skipped
from hostprocess_lint.report.review import writer
from hostprocess_lint.review.changes import compare
from hostprocess_lint.review.facts import facts, read
from hostprocess_lint.review.review import Change, Review
from hostprocess_lint.sources.git import commit
from hostprocess_lint.sources.revision import laid_out

SYSTEM = {"windowsOptions": {"hostProcess": True, "runAsUserName": "NT AUTHORITY\\SYSTEM"}}
MOUNTED = {
    "containers": [container(volumeMounts=[{"name": "v", "mountPath": "C:\\v"}])],
    "volumes": [{"name": "v", "hostPath": {"path": "C:\\data"}}],
}


def changes(before: Review, after: Review) -> list[Change]:
    return list(compare(facts(before), facts(after), "then").changes)


def test_what_is_as_it_was_is_no_change() -> None:
    moved = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}}
    found = compare(facts(reviewed(pod())), facts(reviewed(moved, pod())), "then")
    assert (found.changes, found.unchanged) == ((), 1)


ALL_NODES = ["tolerates every taint", "zone = a"]

DIFFERENT: dict[str, tuple[dict[str, Any], list[str], list[str]]] = {
    "account": ({"securityContext": SYSTEM}, ["NT AUTHORITY\\LocalService"], ["NT AUTHORITY\\SYSTEM"]),
    "image": (
        {"containers": [container(image="r/agent:2")]},
        ["registry.example/agent:1.0.0"],
        ["r/agent:2"],
    ),
    "mount": (MOUNTED, [], ["C:\\data → C:\\v"]),
    "command": ({"containers": [container(args=["evil.ps1"])]}, [], ["agent: evil.ps1"]),
    "nodes": ({"nodeSelector": {"zone": "a"}, "tolerations": [{"operator": "Exists"}]}, [], ALL_NODES),
}


@pytest.mark.parametrize("what", DIFFERENT)
def test_a_fact_that_differs_is_told_with_both(what: str) -> None:
    spec, gone, new = DIFFERENT[what]
    (change,) = changes(reviewed(pod()), reviewed(pod(**spec)))
    assert (change.state, change.resource) == ("changed", "Pod ops/agent")
    assert [(each.what, list(each.gone), list(each.new)) for each in change.differences] == [(what, gone, new)]


def test_what_is_around_a_workload_is_compared() -> None:
    def service(kind: str) -> dict[str, Any]:
        return thing(
            "Service", "web", "ops", spec={"type": kind, "ports": [{"port": 80}], "selector": {"app": "agent"}}
        )

    (change,) = changes(reviewed(pod(), service("ClusterIP")), reviewed(pod(), service("LoadBalancer")))
    (difference,) = change.differences
    assert difference.what == "around it"
    assert difference.gone != difference.new


def test_a_long_command_is_told_briefly_and_compared_as_a_whole() -> None:
    script = "Write-Output 1;" * 5_000
    (change,) = changes(
        reviewed(pod(containers=[container(args=[script])])), reviewed(pod(containers=[container(args=[script + "x"])]))
    )
    (difference,) = change.differences
    assert all(len(each) < 300 for each in (*difference.gone, *difference.new))


def test_a_review_reads_back_what_it_has_written() -> None:
    found = reviewed(
        pod(containers=[container(args=["run.ps1"])], nodeSelector={"zone": "a"}), thing("Namespace", "ops")
    )
    assert read(json.loads(writer("json")(found))) == facts(found)


def test_more_reach_stands_first_whatever_else_is_new() -> None:
    others = [pod(metadata={"name": name}) for name in ("a", "b", "c")]
    before = reviewed(pod(), role("r", rule("nodes")), bound("r"), others[0], others[1])
    changed = pod(metadata={"name": "a"}, containers=[container(image="r/a:2")])
    after = reviewed(pod(), role("r", rule("secrets")), bound("r"), changed, others[2])
    found = changes(before, after)
    assert [(each.state, each.resource) for each in found][:2] == [("new", "Pod ops/c"), ("changed", "Pod ops/a")]
    assert found[-1].state == "gone"
    assert all(("power", "read secrets in the whole cluster", 3) in each.more for each in found[:-1])
    assert found[0].order < found[-1].order


@pytest.mark.parametrize(("before", "after", "gain"), [({}, SYSTEM, 3), (SYSTEM, {}, 0), (SYSTEM, SYSTEM, None)])
def test_another_account_is_a_gain_where_it_may_do_more(
    before: dict[str, Any], after: dict[str, Any], gain: int | None
) -> None:
    own = {"securityContext": before} if before else {}
    then = {"securityContext": after} if after else {}
    assert [each.gain for each in changes(reviewed(pod(**own)), reviewed(pod(**then)))] == (
        [] if gain is None else [gain]
    )


def test_a_role_that_opens_more_is_a_change_of_what_it_is_bound_to() -> None:
    (change,) = changes(reviewed(pod(), role("r"), bound("r")), reviewed(pod(), role("r", rule("secrets")), bound("r")))
    assert change.more == (("power", "read secrets in the whole cluster", 3),)
    assert change.less == ()


def test_a_workload_that_moved_is_the_same_one() -> None:
    (change,) = changes(reviewed(pod(), path="old/pod.yaml"), reviewed(pod(), path="new/pod.yaml"))
    (difference,) = change.differences
    assert (difference.what, difference.gone, difference.new) == (
        "deployed by",
        ("manifest old/pod.yaml",),
        ("manifest new/pod.yaml",),
    )


def test_json_says_all_that_is_compared() -> None:
    found = reviewed(
        pod(**MOUNTED), pod(securityContext=SYSTEM, metadata={"name": "b"}), role("r", rule("secrets")), bound("r")
    )
    assert read(json.loads(writer("json")(found))) == facts(found)


def test_a_comment_holds_what_github_takes_and_says_what_it_leaves_out() -> None:
    after = reviewed(*(pod(metadata={"name": f"agent-{number}"}) for number in range(900)))
    found = compare((), facts(after), "main", [f"deploy/{number}.yaml: {'long ' * 500}" for number in range(40)])
    skipped = tuple(Skipped(f"deploy/{number}.yaml", "long " * 500, "HPC001") for number in range(300))
    text = writer("markdown")(after._replace(comparison=found, skipped=skipped))
    assert len(text) < 65_536
    assert ("### Changes (900)" in text, "### Not looked at then (40)" in text) == (True, True)
    assert "### Not looked at (300)" in text
    assert text.count("… and ") == 3


@pytest.mark.parametrize(
    "text", ["[]", "{}", '{"version": 2, "workloads": []}', '{"version": 1, "workloads": [1]}', "x"]
)
def test_what_is_no_review_is_told(text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "old.json").write_text(text)
    (tmp_path / "pod.json").write_text(json.dumps(pod()))
    for later in ((), ("--baseline", "nowhere")):  # which is told where a scan ends
        assert main(["review", "--compare", str(tmp_path / "old.json"), str(tmp_path / "pod.json"), *later]) == 2
        assert "is not what `review --format json` writes" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("route", "value"),
    [
        (("environments",), [1]),
        (("environments",), "production"),
        (("deployments",), [{}]),
        (("reach", 0, "weight"), {}),
        (("reach", 0, "weight"), True),
        (("reach", 0, "kind"), "wish"),
        (("reach", 0, "what"), None),
        (("containers", 0, "image"), ["a"]),
        (("resource", "namespace"), {}),
        (("location", "line"), "1"),
        (("approved",), "yes"),
    ],
)
def test_a_review_that_somebody_has_bent_is_none(
    route: tuple[str | int, ...], value: object, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = json.loads(writer("json")(reviewed(pod())))
    place = data["workloads"][0]
    for step in route[:-1]:
        place = place[step]
    place[route[-1]] = value
    (tmp_path / "old.json").write_text(json.dumps(data))
    (tmp_path / "pod.json").write_text(json.dumps(pod()))
    assert main(["review", "--compare", str(tmp_path / "old.json"), str(tmp_path / "pod.json")]) == 2
    (name,) = [step for step in route if isinstance(step, str)][-1:]
    said = capsys.readouterr().err
    assert "is not what `review --format json` writes: " in said
    assert f"`{name}` takes " in said or f"`{name}` is one of " in said


def test_a_field_that_a_later_version_adds_is_let_be(tmp_path: Path) -> None:
    data = json.loads(writer("json")(reviewed(pod())))
    data["workloads"][0]["colour"] = data["mood"] = "blue"
    (tmp_path / "old.json").write_text(json.dumps(data))
    (tmp_path / "pod.json").write_text(json.dumps(pod()))
    assert main(["review", "--compare", str(tmp_path / "old.json"), str(tmp_path / "pod.json")]) == 0


def git(root: Path, *arguments: str, **changes: str) -> str:
    named = ("-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "init.defaultBranch=main")
    environment = {**os.environ, **changes}
    done = subprocess.run(
        ["git", *named, *arguments], cwd=root, env=environment, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "checkout"
    (root / "deploy").mkdir(parents=True)
    monkeypatch.chdir(root)
    git(root, "init", "-q")
    (root / "deploy" / "pod.json").write_text(json.dumps(pod()))
    return root


def committed(root: Path, message: str = "more") -> str:
    git(root, "add", "-A")
    git(root, "commit", "-q", "--no-verify", "-m", message)
    return git(root, "rev-parse", "HEAD")


def since(revision: str, capsys: pytest.CaptureFixture[str], *paths: str) -> dict[str, Any]:
    assert main(["review", "--since", revision, "--format", "json", *(paths or ["."])]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)["comparison"]
    return found


def told(found: dict[str, Any]) -> list[tuple[str, str]]:
    return [(each["state"], each["resource"]) for each in found["changes"]]


def test_what_is_not_committed_counts_and_the_tree_is_left_alone(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    committed(repository)
    (repository / "deploy" / "pod.json").write_text(json.dumps(pod(securityContext=SYSTEM)))
    (repository / "deploy" / "new.json").write_text(json.dumps(pod(metadata={"name": "new"})))
    before = git(repository, "status", "--porcelain")
    assert told(since("HEAD", capsys)) == [("changed", "Pod ops/agent"), ("new", "Pod ops/new")]
    assert git(repository, "status", "--porcelain") == before
    assert told(since("HEAD", capsys, "deploy/new.json")) == [("new", "Pod ops/new")]


def test_it_goes_from_where_the_branches_parted(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    committed(repository)
    git(repository, "checkout", "-q", "-b", "topic")
    (repository / "deploy" / "topic.json").write_text(json.dumps(pod(metadata={"name": "topic"})))
    committed(repository)
    git(repository, "checkout", "-q", "main")
    (repository / "deploy" / "pod.json").unlink()
    (repository / "deploy" / "main.json").write_text(json.dumps(pod(metadata={"name": "main"})))
    committed(repository)
    git(repository, "checkout", "-q", "topic")
    assert told(since("main", capsys)) == [("new", "Pod ops/topic")]


def test_the_working_directory_may_be_any_in_the_repository(
    repository: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    committed(repository)
    monkeypatch.chdir(repository / "deploy")
    assert since("HEAD", capsys) == {"since": "HEAD", "changes": [], "unchanged": 1, "not_known": []}
    monkeypatch.chdir(repository.parent)
    assert main(["review", "--since", "HEAD", "checkout"]) == 2
    assert "start in" in capsys.readouterr().err


def test_attributes_filters_and_hooks_change_and_run_nothing(repository: Path, tmp_path: Path) -> None:
    """Each would leave a mark, hide a file, or change a text."""
    mark = tmp_path / "mark"
    program = f"touch {mark}"
    (repository / ".gitattributes").write_text("*.json export-ignore filter=bad\n*.txt export-subst text eol=crlf\n")
    (repository / "note.txt").write_text("$Format:%H$\n")
    first = committed(repository)
    for key, value in {"smudge": program, "clean": program, "process": program, "required": "true"}.items():
        git(repository, "config", f"filter.bad.{key}", value)
    hooks = repository / ".git" / "hooks"
    for name in ("post-checkout", "post-index-change", "reference-transaction", "fsmonitor-watchman"):
        (hooks / name).write_text(f"#!/bin/sh\n{program}\n")
        (hooks / name).chmod(0o755)
    git(repository, "config", "core.fsmonitor", str(hooks / "fsmonitor-watchman"))
    with laid_out(commit(first, str(repository)), str(repository)) as laid:
        assert (Path(laid.root) / "deploy" / "pod.json").read_text() == json.dumps(pod())
        assert (Path(laid.root) / "note.txt").read_bytes() == b"$Format:%H$\n"
        assert laid.left_out == ()
    assert not Path(laid.root).exists()
    assert not mark.exists()


def test_links_stay_links_and_lead_nowhere_else(repository: Path, tmp_path: Path) -> None:
    (tmp_path / "outside.json").write_text(json.dumps(pod(metadata={"name": "outside"})))
    (repository / "deploy" / "link.json").symlink_to("pod.json")
    (repository / "deploy" / "out.json").symlink_to(tmp_path / "outside.json")
    first = committed(repository)
    with laid_out(first, str(repository)) as laid:
        assert os.readlink(Path(laid.root) / "deploy" / "link.json") == "pod.json"


def hashed(root: Path, content: str) -> str:
    done = subprocess.run(
        ["git", "hash-object", "-w", "--stdin"], cwd=root, input=content.encode(), capture_output=True, check=True
    )
    return done.stdout.decode().strip()


def made(root: Path, *entries: str) -> str:
    """A tree as nobody can have checked it out."""
    text = "".join(f"{each}\0" for each in entries).encode()
    done = subprocess.run(["git", "mktree", "-z"], cwd=root, input=text, capture_output=True, check=True)
    return done.stdout.decode().strip()


@pytest.mark.skipif(os.name == "nt", reason="links take rights there")
def test_a_tree_that_is_forged_writes_nothing_elsewhere(repository: Path, tmp_path: Path) -> None:
    committed(repository)
    target = tmp_path / "target"
    target.mkdir()
    link, file = hashed(repository, str(target)), hashed(repository, "x")
    inner = made(repository, f"100644 blob {file}\tfile", f"120000 blob {link}\tlink")
    for names in (("a", "a"), ("..", "b"), (".git", "c"), (".GIT", "d")):
        tree = made(repository, f"120000 blob {link}\t{names[1]}", f"040000 tree {inner}\t{names[0]}")
        forged = git(repository, "commit-tree", tree, "-m", "forged")
        with laid_out(forged, str(repository)) as laid:
            assert laid.left_out, "it is told"
            assert sorted(each.name for each in (Path(laid.root) / ".git").iterdir()) == ["config"]
        assert list(target.iterdir()) == []


def test_what_was_not_looked_at_then_is_told(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bad = repository / "deploy" / "bad.yaml"
    bad.write_text("apiVersion: v1\nkind: Pod\nspec: {hostProcess: [\n")
    committed(repository)
    bad.unlink()
    (told_then,) = since("HEAD", capsys)["not_known"]
    assert told_then.startswith("deploy/bad.yaml: line ")


def test_a_configuration_that_is_mended_is_no_obstacle(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ours, drafts = repository / ".hostprocess-lint.yaml", repository / "drafts"
    drafts.mkdir()
    (drafts / "pod.json").write_text(json.dumps(pod(metadata={"name": "draft"})))
    ours.write_text("nonsense: 1\n")
    committed(repository)
    ours.write_text("exclude: [/drafts/]\n")
    found = since("HEAD", capsys)
    (said,) = found["not_known"]
    assert said.startswith("the configuration of HEAD: .hostprocess-lint.yaml:1: unknown key `nonsense`")
    assert (told(found), found["unchanged"]) == ([], 1), "today's patterns are about the files of then"
    ours.unlink()
    assert (told(since("HEAD", capsys)), since("HEAD", capsys)["unchanged"]) == ([], 2)


@pytest.mark.parametrize("revision", ["nowhere", "--output=x", "HEAD~5"])
def test_a_revision_that_is_none_is_told(revision: str, repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    committed(repository)
    assert main(["review", f"--since={revision}", "."]) == 2
    assert "git knows no revision" in capsys.readouterr().err


def test_two_reviews_are_compared_without_a_scan(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["review", ".", "--output", "old.json"]) == 0
    (repository / "deploy" / "pod.json").write_text(json.dumps(pod(securityContext=SYSTEM)))
    assert main(["review", "deploy", "--output", "new.json"]) == 0
    (repository / "deploy" / "pod.json").unlink()
    assert main(["review", "--compare", "old.json", "new.json"]) == 0
    text = capsys.readouterr().out
    assert "1 changed; 1 reaches further" in text
    assert "**+ Accounts on the node&#58; NT AUTHORITY&#92;SYSTEM**" in text
    refused = ["review", "--compare", "old.json", "new.json", "--output", "a.md"]
    assert main([*refused, "--report", "html=b.html"]) == 2
    assert main([*refused, "--write-approvals", "list.yaml"]) == 2
    assert "no list to approve" in capsys.readouterr().err
    assert sorted(os.listdir(repository)) == [".git", "deploy", "new.json", "old.json"], "nothing is half done"


def test_git_is_asked_in_its_repository_only(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"git does not answer in .*not a git repository"):
        commit("HEAD", str(tmp_path))
