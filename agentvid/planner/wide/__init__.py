"""The robust layer of the offline planner: 65 operations in Chinese and English.

    row         one operation as data           words       classes of words that rows are written with
    rows_*      the table, by theme             text        a message in the spelling that rows are written for
    pieces      a message cut wherever a request could begin
    features    what the tagger sees of a piece senses      words by what they mean, numbers by unit
    tagger      which pieces ask for something, and for what: a small linear model, whose weights ship
    groups      tagged pieces as requests       merging     neighbours that are one       order     said in another order
    talk        chat, refusals, limits          where       which media are meant
    slots       targets and values              times       parts and moments of a clip
    understand  all of it: message → requests   plan        requests → chain, by `steps` and `steps_clip`
    edit_args   what plan_edit is told          frame_args  what the transform tools are told
    choose      this layer or the precise phrases of `grammar`
    answering   an answer to a question back, read together with what was asked about

To add an operation, add a row to a `rows_*` file, its phrases to `tests/data/phrases.txt`, patterns to
`tests/data/sayings_*.txt`, how it is written to `steps`, and make the tagger's weights anew (`tests/train/fit_tagger.py`).
It reads words alone, and never media.
"""
