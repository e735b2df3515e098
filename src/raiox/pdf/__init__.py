"""One page of A4 per analysis, as a PDF that assistive technology can read (PDF/UA-1).

It says what the page on the screen prints, in the same words: every sentence comes from
`locales/*/result.json`. For the service, the command line and whatever else hands a result on.
"""

from raiox.pdf.document import Printed, write_pdf
from raiox.pdf.evaluation import Evaluation
from raiox.pdf.typesetting import is_available, require_typst

__all__ = ["Evaluation", "Printed", "is_available", "require_typst", "write_pdf"]
