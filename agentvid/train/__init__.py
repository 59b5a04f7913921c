"""Training of our own small models on the small world: autoencoder, eye, unified model. Minutes to hours on a CPU.

    frames.py      single frames with labels, rendered once
    records.py     scenes with their frames, rendered once
    samples.py     records to training samples, in words drawn anew
    vocabulary.py  the tokenizer
    recipe.py      sizes and configurations
    codec.py tower.py mot.py    what is trained
    optim.py state.py loop.py curves.py    how: optimisers, exact resume, budget, what it looks like
    own_data.py own.py          a world of one's own, or a folder of clips: from shipped weights to weights to chat with

Does not cover: the training forward (`models.mot.training`), evaluation (`evals`).
"""
