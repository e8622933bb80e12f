"""Base45 (RFC 9285): bytes as the 45 characters that a QR code packs in alphanumeric mode."""

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
_VALUE = {ord(character): value for value, character in enumerate(ALPHABET)}


def encode(data: bytes) -> str:
    """Encode bytes: two bytes become three characters, a last odd byte becomes two."""
    text = []
    for i in range(0, len(data) - 1, 2):
        high, low = divmod(data[i] * 256 + data[i + 1], 45 * 45)
        text += [ALPHABET[low % 45], ALPHABET[low // 45], ALPHABET[high]]
    if len(data) % 2:
        text += [ALPHABET[data[-1] % 45], ALPHABET[data[-1] // 45]]
    return "".join(text)


def decode(text: bytes) -> bytes:
    """Decode strictly: `decode(encode(data)) == data`, and every text has one decoding at most.

    Raises:
        ValueError: a character outside the alphabet, a length that no encoding has, or an overflow.
    """
    try:
        digits = [_VALUE[character] for character in text]
    except KeyError:
        raise ValueError("a character outside the Base45 alphabet") from None
    if len(digits) % 3 == 1:
        raise ValueError("no Base45 text has this length")
    data = bytearray()
    for i in range(0, len(digits), 3):
        low, middle, *high = digits[i : i + 3]
        value = low + 45 * middle + 2025 * (high[0] if high else 0)
        size = 1 + len(high)
        if value >= 256**size:
            raise ValueError("a Base45 group beyond its bytes")
        data += value.to_bytes(size, "big")
    return bytes(data)
