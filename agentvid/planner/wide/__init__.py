"""The robust layer of the offline planner: 65 operations in Chinese and English, by words that trigger them.

    row         one operation as data           words       classes of words that rows are written with
    rows_*      the table, by theme             text        a message in the spelling that rows are written for
    atoms       a message split into clauses    groups      clauses as requests, in their order
    talk        chat, refusals, limits          where       which media are meant
    slots       targets and values              times       parts and moments of a clip
    understand  all of it: message → requests   plan        requests → chain, by `steps` and `steps_clip`
    choose      this layer or the precise phrases of `grammar`
    answering   an answer to a question back, read together with what was asked about

To add an operation, add a row to a `rows_*` file, its phrases to `tests/data/phrases.txt`, and how it is written to
`steps`. It reads words alone, and never media.
"""
