"""The law as data: versioned rules, our service standards and the working-day calendar."""
