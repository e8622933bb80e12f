"""Pass credentials to a machine's systemd from outside, without changing a file of its image."""

import base64


def credential(name: str, text: str) -> str:
    """Return an option of the kernel's command line (systemd.system-credentials(7))."""
    return f"systemd.set_credential_binary={name}:{base64.b64encode(text.encode()).decode()}"
