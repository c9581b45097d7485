"""Native functions of the standard library, one file per module (`std::string` is `string.py`).

The modules themselves are `.tremor` files in `library/`, which name these by `intrinsic fn`.
"""
