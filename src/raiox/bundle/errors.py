"""Why a model folder cannot be trusted."""

from raiox.errors import ErrorKind, RaioxError


class BundleError(RaioxError):
    """A model folder cannot be trusted."""

    kind = ErrorKind.UNAVAILABLE


class BundleMissingError(BundleError):
    """The folder or one of its files is not there (`bundle`)."""

    code = "bundle_missing"


class BundleInvalidError(BundleError):
    """The manifest is not one (`bundle`, `reason`)."""

    code = "bundle_invalid"


class BundleChecksumError(BundleError):
    """A file is not the one the manifest names (`bundle`, `file`)."""

    code = "bundle_checksum"


class BundleUnsignedError(BundleError):
    """Nobody has signed it (`bundle`)."""

    code = "bundle_unsigned"


class BundleSignatureError(BundleError):
    """Its signature is of none of the trusted keys, or of another manifest (`bundle`)."""

    code = "bundle_signature"
