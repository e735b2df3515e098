"""Decoding in confined processes: client, zygote, confinement, and the protocol between them."""
