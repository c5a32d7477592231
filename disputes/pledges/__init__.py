"""What merchants promise about returns: published in versions, kept in a public register, binding for the day of purchase."""
