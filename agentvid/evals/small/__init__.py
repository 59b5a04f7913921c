"""What a small unified model can do in the small world, measured on held-out scenes by a judge that it never met.

    from agentvid.evals.small import runner

    results = runner.run(unified, out, count=64)          # results.json, index.html, sheets; goes on where it stopped

    rate.py (beside)  shares and means with their intervals
    cases.py          held-out scenes and what is asked about them
    bench.py          the model under test: thoughts with one redraw, drawings in batches
    ceiling.py        the judge on true frames, and through the autoencoder: what can be reached at all
    pictures.py       text to image: own thought, true thought, none
    editing.py        edits: exact, inside and outside the changed area
    following.py      one attribute of the thought is changed: does the picture follow, does all else stay
    views.py          novel views, their pose, there and back, once about the stage
    answers.py        captions and questions
    plans.py          chains for messages, against the offline planner
    clips.py          what comes next, against standing still and constant speed
    turntables.py     all views about a stage as one clip: their places, how the last meets the first
    walks.py poses.py walks, there and back, along a path on a map: where each frame is seen from
    runner.py page.py tasks one after another, kept as they finish; the report

Does not cover: training curves (`train`), causality of whole chains (`evals.causal`).
"""
