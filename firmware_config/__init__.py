"""The SD image and the provisioning of gates (the image itself is a later piece of work)."""
