"""Deeplearning4j itself imports what `to_dl4j` wrote, and says what Keras says: one Java program for all networks."""

import json
import os
import platform
import shutil
import subprocess
from pathlib import Path

import h5py
import networks
import numpy as np
import pytest

from ganlib.export import to_dl4j
from ganlib.export.delivery import check_agreement
from ganlib.export.dl4j import flat_outputs
from ganlib.export.source import TOLERANCE, pick, probes

PROJECT = Path(__file__).resolve().parent / "dl4j"
SYSTEMS = {("Linux", "x86_64"): "linux-x86_64", ("Linux", "aarch64"): "linux-arm64"}
SYSTEMS |= {("Darwin", "x86_64"): "macosx-x86_64", ("Windows", "AMD64"): "windows-x86_64"}


def run(command, folder, what):
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=900, check=False)
    printed = done.stdout + done.stderr
    if done.returncode and ("Could not transfer" in printed or "resolve dependencies" in printed):
        pytest.skip(f"Maven could not fetch Deeplearning4j: {printed.strip().splitlines()[0][:300]}")
    assert done.returncode == 0, f"{what}:\n{printed[-3000:]}"
    return printed


@pytest.fixture(scope="module")
def imported(tmp_path_factory):
    """The folder in which Java has left what Deeplearning4j says."""
    for program in ("javac", "mvn"):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not on the PATH: install a JDK of at least 11 and Maven")
    system = SYSTEMS.get((platform.system(), platform.machine()))
    if system is None:
        pytest.skip(f"Deeplearning4j has no binaries for {platform.system()} on {platform.machine()}")
    folder = tmp_path_factory.mktemp("dl4j")
    for name in networks.NETWORKS:
        network = networks.build(name)
        to_dl4j(network, folder / f"{name}.h5")
        for number, array in enumerate(probes(network)):
            np.save(folder / f"{name}.in{number}.npy", array)
        for number, output in enumerate(flat_outputs(pick(network), probes(network))):
            np.save(folder / f"{name}.expected{number}.npy", output)
    kinds = {name: kind_of(folder / f"{name}.h5") for name in networks.NETWORKS}
    (folder / "networks.txt").write_text("".join(f"{name} {kind}\n" for name, kind in kinds.items()))
    project = shutil.copytree(PROJECT, folder / "project")
    listed = f"-Dmdep.outputFile={project / 'classpath.txt'}"
    maven = ["mvn", "-q", "-B", "-o" if os.environ.get("GANLIB_OFFLINE") else "-U", f"-Djavacpp.platform={system}"]
    run([*maven, "compile", "dependency:build-classpath", listed], project, "Maven")
    path = os.pathsep.join([str(project / "target" / "classes"), (project / "classpath.txt").read_text().strip()])
    (folder / "printed.txt").write_text(run(["java", "-Xmx1g", "-cp", path, "ganlib.Check", "."], folder, "Java"))
    return folder


def kind_of(path):
    with h5py.File(path) as file:
        return "sequential" if json.loads(file.attrs["model_config"])["class_name"] == "Sequential" else "graph"


@pytest.mark.parametrize("name", networks.NETWORKS)
def test_deeplearning4j_says_what_keras_says(imported, name):
    expected = [np.load(path) for path in sorted(imported.glob(f"{name}.expected*.npy"))]
    found = [np.load(path) for path in sorted(imported.glob(f"{name}.out*.npy"))]
    assert len(found) == len(expected), (imported / "printed.txt").read_text()[-3000:]
    assert check_agreement("Deeplearning4j", found, expected, TOLERANCE) <= TOLERANCE
