"""A two-node Slurm on this machine: munged, slurmctld and two slurmd without systemd, on loopback,
in a folder of their own, ended by their process ids."""

import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import time

HERE = pathlib.Path(__file__).resolve().parent
TOOLS = ("munged", "slurmctld", "slurmd", "sbatch", "scontrol", "scancel")
CGROUPS = pathlib.Path("/sys/fs/cgroup")
PATH = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"


def missing():
    """Why there can be no cluster here, in words; None when there can."""
    lacking = [tool for tool in TOOLS if shutil.which(tool, path=PATH) is None]
    if lacking:
        return f"no {', '.join(lacking)} here (Debian packages slurm-wlm and munge)"
    if os.geteuid() != 0:
        return "its daemons need root here"
    return None


def cgroups_missing():
    """Why Slurm cannot have the kernel limit memory here, in words; None when it can."""
    probe = CGROUPS / "memory" / f"redcell-probe-{os.getpid()}"
    try:
        probe.mkdir()
        probe.rmdir()
    except OSError as error:
        return f"no memory cgroup (v1) can be made here: {error.strerror}"
    return None


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def wait_for(condition, seconds, what):
    """What the condition gives as soon as it is true."""
    end = time.monotonic() + seconds
    while True:
        given = condition()
        if given:
            return given
        if time.monotonic() > end:
            raise AssertionError(f"waited {seconds} s for {what}")
        time.sleep(0.05)


def signal_all(pids, number):
    for pid in pids:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            pass


def is_running(pid):
    """Not a zombie: nobody may be there to reap what has ended."""
    try:
        stat = pathlib.Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return False
    return stat.rsplit(")", 1)[1].split()[0] not in "ZX"


def processes():
    """{pid: (parent, command line)} of all processes."""
    found = {}
    for entry in pathlib.Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            stat = (entry / "stat").read_text(encoding="ascii", errors="replace")
            words = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except (FileNotFoundError, ProcessLookupError):
            continue
        found[int(entry.name)] = (int(stat.rsplit(")", 1)[1].split()[1]), words.strip())
    return found


def with_children(pids):
    """The processes and all below them."""
    table, wanted = processes(), set(pids)
    while True:
        more = {pid for pid, (parent, _) in table.items() if parent in wanted} - wanted
        if not more:
            return wanted
        wanted |= more


class Cluster:
    """Up after start(); stop() ends what start() began, whatever happened between."""

    def __init__(self, folder):
        self.base = pathlib.Path(folder)
        self.has_cgroups = False  # The kernel limits memory, not the step daemons.
        self.daemons = {}
        self.environment = dict(os.environ, PATH=PATH, SLURM_CONF=str(self.base / "slurm.conf"))

    def start(self):
        for name in ("state", "log", "run", "spool-n1", "spool-n2"):
            (self.base / name).mkdir()
        self.base.chmod(0o711)
        (self.base / "run").chmod(0o711)
        key = self.base / "munge.key"
        key.write_bytes(os.urandom(1024))
        key.chmod(0o400)
        ports = free_ports(3)
        text = (HERE / "slurm.conf").read_text(encoding="utf-8")
        for word, value in {"@BASE@": self.base, "@HOST@": socket.gethostname(),
                            "@PORT@": ports[0], "@PORT1@": ports[1],
                            "@PORT2@": ports[2]}.items():
            text = text.replace(word, str(value))
        if self.has_cgroups:
            text = text.replace("JobAcctGatherParams=OverMemoryKill\n", "")
            text = text.replace("TaskPlugin=task/none", "TaskPlugin=task/cgroup")
            (self.base / "cgroup.conf").write_text(
                f"CgroupPlugin=cgroup/v1\nCgroupMountpoint={CGROUPS}\nConstrainRAMSpace=yes\n",
                encoding="utf-8")
        (self.base / "slurm.conf").write_text(text, encoding="utf-8")
        self.begin("munged", "--foreground", "--force", f"--key-file={key}",
                   f"--socket={self.base}/run/munge.sock", f"--pid-file={self.base}/run/munged.pid",
                   f"--log-file={self.base}/log/munged.log", f"--seed-file={self.base}/run/seed")
        wait_for((self.base / "run/munge.sock").exists, 20, "munged")
        self.begin("slurmctld", "-D")
        self.start_node("n1")
        self.start_node("n2")
        wait_for(lambda: len(re.findall(r"State=IDLE\b", self.nodes())) == 2, 60, "both nodes")

    def nodes(self):
        return self.ask("scontrol", "show", "node")

    def start_node(self, node):
        self.begin("slurmd", "-D", "-N", node, name=node)

    def begin(self, program, *words, name=None):
        log = open(self.base / "log" / f"{name or program}.out", "ab")
        with log:
            self.daemons[name or program] = subprocess.Popen(
                [shutil.which(program, path=PATH), *words], env=self.environment, stdout=log,
                stderr=log, stdin=subprocess.DEVNULL, cwd=self.base, start_new_session=True)

    def ask(self, *words):
        done = subprocess.run(words, env=self.environment, capture_output=True, text=True,
                              check=False, timeout=60)
        return done.stdout + done.stderr

    def tasks(self, node):
        """Step daemons of a node's tasks, and all below them."""
        steps = [pid for pid, (_, words) in processes().items() if words.startswith("slurmstepd")
                 and self.node_of(pid) == node]
        return with_children(steps)

    def node_of(self, pid):
        """The node whose spool a step daemon works in."""
        for child in with_children([pid]) - {pid}:
            try:
                words = pathlib.Path(f"/proc/{child}/environ").read_bytes().split(b"\0")
            except (FileNotFoundError, ProcessLookupError):
                continue
            if f"SLURM_CONF={self.base}/slurm.conf".encode() not in words:
                continue
            for word in words:
                if word.startswith(b"SLURMD_NODENAME="):
                    return word.split(b"=")[1].decode()
        return None

    def freeze(self, node):
        """Stops what a node's tasks run, wherever it is; returns the processes."""
        frozen = set()
        while new := self.tasks(node) - frozen:
            signal_all(new, signal.SIGSTOP)
            frozen |= new
        return frozen

    def kill_node(self, node):
        """As a node that loses power: slurmd, its step daemons and what they run, all at once."""
        victims = self.tasks(node) | {self.daemons[node].pid}
        signal_all(victims, signal.SIGKILL)
        self.daemons.pop(node).wait(20)
        wait_for(lambda: not any(is_running(pid) for pid in victims), 20, f"the end of {node}")

    def stop(self):
        if "slurmctld" in self.daemons:
            self.ask("scancel", "--user=root")
        for node in ("n1", "n2"):
            signal_all(self.tasks(node), signal.SIGKILL)
        for daemon in reversed(list(self.daemons.values())):
            daemon.terminate()
        for daemon in self.daemons.values():
            try:
                daemon.wait(10)
            except subprocess.TimeoutExpired:
                daemon.kill()
                daemon.wait(10)
        self.daemons.clear()
        if self.has_cgroups:
            for node in ("n1", "n2"):
                for folder, _, _ in os.walk(CGROUPS / f"memory/slurm_{node}", topdown=False):
                    os.rmdir(folder)
