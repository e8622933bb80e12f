"""What is told to a machine's systemd from outside, without a file of its image being changed."""

import base64


def credential(name: str, text: str) -> str:
    """A word of the kernel's command line (systemd.system-credentials(7))."""
    return f"systemd.set_credential_binary={name}:{base64.b64encode(text.encode()).decode()}"
