"""Parts of printed pages: fonts, text that fits its box, QR codes."""
