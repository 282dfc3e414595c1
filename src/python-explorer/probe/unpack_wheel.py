"""Unpacks a wheel as an installer would, without one: `python3 -S -s -B unpack_wheel.py FILE.whl FOLDER`.

Writes what belongs into a site, nothing outside of FOLDER, and holds each file against RECORD. Exit status 1 with a reason on
standard output when the wheel is broken, or is for another interpreter.
"""

import base64
import csv
import hashlib
import io
import os
import re
import sys
import zipfile

_SITE = ("purelib", "platlib")
_LARGEST = 4 * 1024**3


class Broken(Exception):
    pass


def _target(name):
    """Path in a site of a file of the archive; None for scripts, headers and data."""
    if name.startswith("/") or "\\" in name or ".." in name.split("/") or "\0" in name:
        raise Broken("the name {!r} leads out of the wheel".format(name))
    first, _slash, rest = name.partition("/")
    if not first.endswith(".data"):
        return name
    scheme, _slash, rest = rest.partition("/")
    return rest if scheme in _SITE and rest else None


def _digests(archive, info):
    name = info + "/RECORD"
    try:
        text = archive.read(name).decode("utf-8")
    except KeyError:
        raise Broken("it has no {}".format(name)) from None
    return {row[0]: row[1] for row in csv.reader(io.StringIO(text)) if len(row) >= 2}


def _check(name, data, told):
    algorithm, _equals, digest = told.partition("=")
    if algorithm not in ("sha256", "sha384", "sha512"):
        raise Broken("{} has no digest that can be trusted".format(name))
    found = base64.urlsafe_b64encode(hashlib.new(algorithm, data).digest()).rstrip(b"=").decode("ascii")
    if found != digest.rstrip("="):
        raise Broken("{} is not what RECORD says".format(name))


def _check_tags(archive, info):
    """A wheel for another version of Python cannot be imported; that of a platform is not looked at further."""
    text = archive.read(info + "/WHEEL").decode("utf-8", "replace")
    tags = [tag.split("-") for tag in re.findall(r"^Tag: *(\S+)", text, re.MULTILINE)]
    major, minor = sys.version_info[:2]
    fitting = {"py{}".format(major), "py{}{}".format(major, minor), "cp{}{}".format(major, minor)}
    for tag in tags:
        if set(tag[0].split(".")) & fitting or (len(tag) > 1 and "abi{}".format(major) in tag[1]):
            return
    if tags:
        raise Broken("it is for {}".format(", ".join("-".join(tag) for tag in tags)))


def unpack(path, folder):
    with zipfile.ZipFile(path) as archive:
        entries = [entry for entry in archive.infolist() if not entry.is_dir()]
        infos = {entry.filename.split("/")[0] for entry in entries if ".dist-info/" in entry.filename}
        if len(infos) != 1:
            raise Broken("it has {} .dist-info folders".format(len(infos)))
        info = infos.pop()
        if sum(entry.file_size for entry in entries) > _LARGEST:
            raise Broken("it unpacks to more than {} bytes".format(_LARGEST))
        _check_tags(archive, info)
        digests = _digests(archive, info)
        written = []
        for entry in entries:
            name = entry.filename
            target = _target(name)
            data = archive.read(entry)
            is_of_record = name.startswith((info + "/RECORD.", info + "/RECORD"))
            if not is_of_record:
                if name not in digests:
                    raise Broken("{} is not in RECORD".format(name))
                _check(name, data, digests[name])
            if target is not None:
                place = os.path.join(folder, *target.split("/"))
                os.makedirs(os.path.dirname(place), exist_ok=True)
                with open(place, "wb") as file:
                    file.write(data)
                written.append(target)
        # the list of what is installed has other names than that of the archive
        with open(os.path.join(folder, info, "RECORD"), "w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows([target, "", ""] for target in written)


def main(arguments):
    try:
        unpack(*arguments)
    except (Broken, KeyError, ValueError, OSError, EOFError, NotImplementedError, zipfile.BadZipFile) as error:
        sys.stdout.write("the wheel is broken: {}\n".format(error))
        return 1
    except Exception as error:  # zlib.error and what else archives lead to
        sys.stdout.write("the wheel is broken: {}: {}\n".format(type(error).__name__, error))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
