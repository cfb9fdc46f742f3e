"""nights: what the parts with whole nights share: a site on the benchmark's PostgreSQL, its data and its runs."""

import re
import shutil
import subprocess
import sys
import time

sys.dont_write_bytecode = True
import kit  # noqa: E402

START = "2024-03-04"


def ask(database, *statements, role="postgres"):
    done = subprocess.run(["psql", "-qXAt", "-v", "ON_ERROR_STOP=1", "-d", kit.cluster("connection", database, role)]
                          + [word for statement in statements for word in ("-c", statement)],
                          check=True, text=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    return done.stdout.strip()


def site(name, *lines):
    """An installation of its own: (folder, path of its rekon.yaml)."""
    kit.cluster("start")
    folder = kit.WORK / "sites" / name
    shutil.rmtree(folder, ignore_errors=True)
    kit.cluster("site", f"bench_{name}", folder, *lines)
    return folder, folder / "rekon.yaml"


def generated(name, *words):
    """Data of the fixtures' generator, made once for the same words."""
    folder = kit.WORK / "data" / name
    said = " ".join(map(str, words))
    if not (folder / "done").exists() or (folder / "done").read_text(encoding="ascii") != said:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        subprocess.run([kit.ROOT / "build" / "fixtures" / "generate", *map(str, words), "--out", folder], check=True,
                       stdout=subprocess.DEVNULL)
        (folder / "done").write_text(said, encoding="ascii")
    return folder


def deliver(data, folder, config, day):
    """What is new on that day goes into the booking table and the inbox."""
    subprocess.run([kit.REKON, "import", "applications", data / f"applications-{day}.csv", "--config", config],
                   check=True, capture_output=True)
    files = sorted(path for path in (data / "inbox" / day).rglob("*") if path.is_file())
    for path in files:
        shutil.copy2(path, folder / "inbox" / path.name)
    kit.into_cache(*files)


def days_of(data):
    return sorted(path.name for path in (data / "inbox").iterdir())


def run(config, day, *words):
    return kit.run([kit.REKON, "run", "--date", day, "--config", config, *words], kit.postmaster(), accept=(0, 1))


def run_until(config, day, stage):
    """One night, ended when its log has told `stage`: what comes after is not looked at."""
    child = subprocess.Popen([kit.REKON, "run", "--date", day, "--config", config], stdout=subprocess.DEVNULL,
                             stderr=subprocess.PIPE, text=True)
    took, began = kit.Took(), time.monotonic()
    for line in child.stderr:
        took.said += line
        if f" stage={stage} " in line:
            break
    took.wall = time.monotonic() - began
    child.kill()
    child.wait()
    took.stages = [(name, int(ms), text) for name, text, ms in kit.STAGE.findall(took.said)]
    if not took.stages or took.stages[-1][0] != stage:
        sys.exit(took.said)
    return took


def number(text, name):
    found = re.search(rf"\b{name}=(\d+)", text)
    return int(found[1]) if found else 0
