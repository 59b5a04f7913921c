"""The small simulated world: a few simple solids on a stage, seen, told, edited, moved. Seeded and pure.

    from agentvid.world import language, render, scene

    stage = scene.sample_scene(numpy.random.default_rng(0), solids=2)
    picture = render.render_scene(stage).rgb           # uint8 HWC, 128 x 128
    thought = language.tell_scene(stage, "en")         # language.read_thought(thought) == stage

`torch` is imported by `cast_torch` only, which `render` loads where it is asked for.
"""
