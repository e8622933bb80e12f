"""Static files of the site, read once and served under a path that changes with their content.

So browsers may cache them for a year, and a page that has been open for months notices an upgrade.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

_FOLDER = Path(__file__).parent / "static"
_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


@dataclass(frozen=True)
class Assets:
    """All static files; `version` is the same for the same content."""

    files: dict[str, bytes]
    version: str

    @classmethod
    def load(cls) -> "Assets":
        """Read the files of this package."""
        files = {path.name: path.read_bytes() for path in sorted(_FOLDER.iterdir())}
        # The version covers the templates too: a page of old markup must not load new parts.
        markup = [path.read_bytes() for path in sorted((_FOLDER.parent / "templates").iterdir())]
        digest = hashlib.sha256(b"\0".join([*files.values(), *markup]))
        return cls(files, digest.hexdigest()[:12])

    def url(self, name: str) -> str:
        """Return the path of `name`. Raises KeyError for a file that does not exist."""
        self.files[name]
        return f"/static/{self.version}/{name}"

    async def serve(self, request: Request) -> Response:
        """Answer `/static/{version}/{name}`."""
        name = request.path_params["name"]
        if name not in self.files:
            return PlainTextResponse("no such file", 404)
        current = request.path_params["version"] == self.version
        cache = "public, max-age=31536000, immutable" if current else "no-store"
        return Response(
            self.files[name],
            media_type=_TYPES[Path(name).suffix],
            headers={"Cache-Control": cache},
        )
