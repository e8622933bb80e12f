"""What all pages for signed-in users share: layout, sign-in, the check of permissions."""
