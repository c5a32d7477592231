"""The words of the product's codes, as pages import them. They are written in ``disputes/names.py``, where letters find them too."""

from disputes.names import *  # noqa: F403
