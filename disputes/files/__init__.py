"""Files that people hand in: kept by their content, and shown to others only as a safe copy made from them."""
