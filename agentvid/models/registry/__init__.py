"""Small pretrained models, by hash: which there are, where they lie, how they get here. Loads none of them.

zoo.py      which files: role, name, bytes, hash, licence, upstream          pure data
find.py     where they lie on this machine; a wrong hash is refused
pull.py     fetch one from upstream: resumed, checked, in place at once
convert.py  a PyTorch pickle → safetensors, read by a process that may do little (convert_process.py)
"""
