"""Parts of printed pages: fonts, text that is fitted into boxes, QR codes."""
