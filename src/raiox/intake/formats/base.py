"""What a file format is to intake: how its bytes begin, how it opens, whether it is complete."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from importlib import import_module
from io import BytesIO

from PIL import Image

from raiox.intake.errors import IntakeError, MultiFrameError
from raiox.intake.grayscale import Flattened, flatten
from raiox.intake.sandbox.decoder_api import DecodeLimits


@dataclass(frozen=True, slots=True)
class Magic:
    """Bytes at a fixed place that give a format away."""

    content: bytes
    offset: int = 0


@dataclass(frozen=True, kw_only=True)
class Format:
    """A format that raiox knows, whether it reads it or not."""

    id: str
    name: str
    magics: tuple[Magic, ...] = ()
    extensions: tuple[str, ...] = ()
    media_types: tuple[str, ...] = ()

    def recognizes(self, content: bytes) -> bool:
        """Whether the bytes begin like this format."""
        return any(content.startswith(magic.content, magic.offset) for magic in self.magics)


@dataclass(frozen=True, kw_only=True)
class RasterFormat(Format, ABC):
    """A picture format that one plugin of Pillow decodes."""

    plugin: str
    """Module that registers the plugin."""
    pillow_format: str
    """The plugin's name for the format."""

    def load_codec(self) -> None:
        """Import the plugin, which a confined process no longer can."""
        import_module(self.plugin)

    def check(self, content: bytes, limits: DecodeLimits) -> None:
        """Refuse by what the bytes declare, before anything is opened.

        Raises:
            IntakeError: of the class that says why.
        """

    def open(self, content: bytes) -> Image.Image:
        """Read the header; no pixel is decoded yet.

        Raises:
            IntakeError: of the class that says why.
            OSError, SyntaxError, ValueError: the bytes are damaged.
        """
        return Image.open(BytesIO(content), formats=[self.pillow_format])

    def check_frames(self, image: Image.Image) -> None:
        """Let one image pass.

        Raises:
            MultiFrameError: the file holds several (`n_frames`).
        """
        n_frames = getattr(image, "n_frames", 1)
        if n_frames > 1:
            raise MultiFrameError(n_frames=n_frames)

    def decode(self, image: Image.Image, content: bytes) -> Flattened:
        """Decode the pixels of an opened image, not turned upright yet.

        Raises:
            IntakeError: of the class that says why.
            OSError, SyntaxError, ValueError: the bytes are damaged.
        """
        del content
        image.load()
        return flatten(image)

    def notes(self, content: bytes) -> tuple[str, ...]:
        """Codes of what the file says beside its pixels."""
        del content
        return ()

    @abstractmethod
    def is_truncated(self, content: bytes, complaint: str) -> bool:
        """Whether a file that could not be decoded is only half of itself.

        A truncated file wants another copy, a damaged one another export.

        Args:
            content: the whole file, at least `SHORTEST_HEADER_BYTES` long.
            complaint: what the decoder said of it.
        """


@dataclass(frozen=True, kw_only=True)
class UnreadFormat(Format):
    """A format that is known, so that its refusal can name it."""

    refusal: type[IntakeError]
    """Its class; it is given `format` and `formats`."""
