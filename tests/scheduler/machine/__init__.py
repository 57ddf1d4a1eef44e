"""Any order of what scheduling can do, on a real database, against a plain model.

`machine` draws what is done, `acts_*` do it through the use cases, `model` and
`judging` say what must come of it without asking the code under test, `invariants`
read the tables after every step.
"""
