"""A benchmark of editing chains: what runs again, does the result obey, does the rest stay, how long, how many actions.

`data/` holds the cases, their schema and how to add a system; `case` reads them, `media` makes what they are about,
`system` is what a system offers, `runner` measures, `score` and `measures` judge, `figures` counts, `page` shows.
"""
