"""Writes small wheels, good ones and broken ones, into a folder."""

import base64
import hashlib
import os
import sys
import zipfile


def wheel(folder, file, name, files, change=None, tag="py3-none-any"):
    info = "{}-1.0.dist-info".format(name)
    files = dict(files)
    files[info + "/METADATA"] = "Metadata-Version: 2.1\nName: {}\nVersion: 1.0\n".format(name)
    files[info + "/WHEEL"] = "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: {}\n".format(tag)
    rows = []
    for path, text in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
        rows.append("{},sha256={},{}\n".format(path, digest, len(text)))
    files[info + "/RECORD"] = "".join(rows) + info + "/RECORD,,\n"
    files = change(files) if change else files
    path = os.path.join(folder, file)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for one, text in files.items():
            archive.writestr(one, text)
    return path


def main(folder):
    code = {"good/__init__.py": "def f(a, b=1): 'Says it.'\n", "good-1.0.data/purelib/beside.py": "X = 1\n"}
    good = wheel(folder, "good-1.0-py3-none-any.whl", "good", {**code, "good-1.0.data/scripts/good": "#!python\n"})
    wheel(folder, "changed-1.0-py3-none-any.whl", "changed", {"changed.py": "X = 1\n"}, lambda f: {**f, "changed.py": "X = 2\n"})
    wheel(folder, "outside-1.0-py3-none-any.whl", "outside", {"../../outside.py": "X = 1\n"})
    wheel(folder, "added-1.0-py3-none-any.whl", "added", {"added.py": ""}, lambda f: {**f, "more.py": "X = 2\n"})
    wheel(folder, "old-1.0-py2-none-any.whl", "old", {"old.py": ""}, tag="py2-none-any")
    wheel(folder, "bare-1.0-py3-none-any.whl", "bare", {}, lambda f: {"bare.py": ""})
    with open(good, "rb") as file:
        data = file.read()
    with open(os.path.join(folder, "cut-1.0-py3-none-any.whl"), "wb") as file:
        file.write(data[: len(data) // 2])
    with open(os.path.join(folder, "flipped-1.0-py3-none-any.whl"), "wb") as file:
        file.write(data[:60] + bytes([data[60] ^ 255]) + data[61:])


main(sys.argv[1])
