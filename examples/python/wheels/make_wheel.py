"""Makes the wheel of a package of pure Python with the standard library alone: python3 make_wheel.py SOURCE NAME VERSION INTO"""

import base64
import hashlib
import pathlib
import sys
import zipfile

source, name, version, into = sys.argv[1:]
info = f"{name}-{version}.dist-info"
files = {str(path.relative_to(source)): path.read_bytes() for path in sorted(pathlib.Path(source).rglob("*.py"))}
files[f"{info}/METADATA"] = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n".encode()
files[f"{info}/WHEEL"] = b"Wheel-Version: 1.0\nGenerator: make_wheel\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


def digest(content: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()


record = "".join(f"{path},sha256={digest(content)},{len(content)}\n" for path, content in files.items())
files[f"{info}/RECORD"] = f"{record}{info}/RECORD,,\n".encode()
pathlib.Path(into).mkdir(parents=True, exist_ok=True)
with zipfile.ZipFile(f"{into}/{name}-{version}-py3-none-any.whl", "w") as wheel:
    for path, content in files.items():
        # A fixed time: the same source gives the same bytes.
        wheel.writestr(zipfile.ZipInfo(path), content)
