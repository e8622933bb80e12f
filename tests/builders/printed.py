"""Printed pages as a camera would have them: rasterised with poppler, read with a real decoder."""

import subprocess
from pathlib import Path

import cv2
import numpy as np
import zxingcpp
from numpy.typing import NDArray

Grey = NDArray[np.uint8]


def pages(pdf: Path, *, dpi: int) -> list[Grey]:
    """Every page of `pdf` as 8-bit grey."""
    stem = pdf.with_suffix(f".{dpi}")
    subprocess.run(["pdftoppm", "-r", str(dpi), "-gray", pdf, stem], check=True)
    found = []
    for path in sorted(pdf.parent.glob(f"{stem.name}-*.pgm")):
        page = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
        assert page is not None
        found.append(np.asarray(page, dtype=np.uint8))
    return found


def codes(image: Grey) -> list[zxingcpp.Barcode]:
    """Every QR code in the picture."""
    return list(zxingcpp.read_barcodes(image, formats=zxingcpp.BarcodeFormat.QRCodeModel2))
