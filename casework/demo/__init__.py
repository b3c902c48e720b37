"""演示县: one fictitious county with everything that happens in a real one; for a trial, for training, for benchmarks.

The same students, seed and day give the same county. Nothing here is derived: places, people, registers and acts are
written as facts, and the engine computes what follows from them, exactly as for an imported county.

`plan` lays out schools and classes, `staff` posts people, `children` fills the classes, `stories` gives single children
the cases that a user should meet (told in `tales`), `attendance` the ordinary absences of all others, `writing` stores
a school, `acts` answers its duties, `county` does all this in one transaction. What people then do in the cases that
the engine has opened is done through the actions: `cases` in schools and the bureau, `bureau` in the townships.
`names`, `papers`, `terms` serve them, and `hours`, the hour at which an act was done.
"""

# What the apps above this one add to a county that is made: functions of its plan, by name, so that a site that makes
# none loads none.
AFTERWARDS: list[str] = []
