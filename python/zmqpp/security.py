"""CURVE keys, and Z85, the text they are written in."""

from ._core import curve_keypair, curve_public, z85_decode, z85_encode

__all__ = ["curve_keypair", "curve_public", "z85_decode", "z85_encode"]
