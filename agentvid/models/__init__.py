"""Models that run here, with weights of their own. `torch` is imported below this folder, never by it."""
