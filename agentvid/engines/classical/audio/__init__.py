"""Sound by arithmetic: the own sound of clips through their work, mixing, noises at motion events, simple music."""
