"""Where a file of a batch lies: on this machine, or in a bucket that speaks S3."""

from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Self

from raiox.cli.batch.batch_bucket import SCHEME


@dataclass(frozen=True, slots=True)
class BucketFile:
    """An object, a file of a ZIP archive in one, or the objects below a prefix."""

    bucket: str
    key: str

    @classmethod
    def at(cls, url: str) -> Self:
        """What an address `s3://bucket/key` names."""
        bucket, _, key = url.removeprefix(SCHEME).partition("/")
        return cls(bucket, key.strip("/"))

    def __str__(self) -> str:
        return f"{SCHEME}{self.bucket}/{self.key}"

    def __truediv__(self, name: str) -> "BucketFile":
        return BucketFile(self.bucket, f"{self.key}/{name}" if self.key else name)

    @property
    def stem(self) -> str:
        """The last part of its key, without the suffix."""
        return PurePosixPath(self.key).stem

    @property
    def suffix(self) -> str:
        """What its key ends in, with the dot."""
        return PurePosixPath(self.key).suffix

    def absolute(self) -> Self:
        """It is."""
        return self


ImageFile = Path | BucketFile


def image_file(source: str) -> ImageFile:
    """What a source names: `s3://bucket/key`, or a path."""
    return BucketFile.at(source) if source.startswith(SCHEME) else Path(source)
