"""Everything about time: slots, booking rules, booking, sweeps, messages going out.

Pure: `slots` unrolls weekly patterns, `rules` says every reason to refuse. Reading:
`openings`, `situation`, `calendar`, `tallies`, `villages`. Writing: `booking` through
`verdict`, `closures`, `notices`. Going round: `ticker` runs the `timetable` of
`sweeps`, `reminders` and `dispatch`, which sends through `gateways`.
"""
