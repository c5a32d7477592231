"""The child program that opens one file handed in by a stranger and makes safe copies of it.

`decoding.py` runs it for each file, in isolated mode, and gives it an order as JSON. It imports nothing else of the product
and starts in some 50 ms. It holds no secret, no connection and no open file but three: the file on standard input, the
answer on standard output, and the lock of its slot.

The answer is one line of JSON, then the bytes of the safe copy and of the thumbnail:
{"width": 3, "height": 2, "lengths": [900, 300]}, {"pages": 2, "lengths": [900]} or {"refused": "damaged", "lengths": []}.
"""
