"""SAM in PyTorch, through `transformers` or through `segment-anything`: one checkpoint, two libraries, equal masks.

    names.py    the names of its tensors in both layouts, one into the other
    loading.py  a checkpoint → a model of either library; its shape is read from the tensors
    predict.py  a picture and a click → masks

Needs the extra `segment`. Source: Kirillov et al., "Segment Anything" (ICCV 2023).
"""
