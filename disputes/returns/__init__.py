"""Returns: a declaration, goods handed over once, a look at them, and the money back."""
