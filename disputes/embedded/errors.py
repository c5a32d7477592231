"""What keeps the embedded engines from running."""


class EngineError(Exception):
    """An engine cannot run here; the text is a sentence for the person at the terminal."""
