"""How far a world model can be trusted: metrics that need no learned weights, and the suites that measure by them.

    physics_iq.py   motion masks, four agreements, the score    curve.py     likeness by frame: drift, flicker
    motion.py       horizon, following, controllability       view.py      camera poses, stability, loops
    permanence.py   what comes back from being hidden         locality.py  does an edit change the right place?
    sanity.py       falling, thrown, bouncing bodies: right and wrong

Figures of simulated scenes tell models of this project apart. They are never set beside published scores.
"""
