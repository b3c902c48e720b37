"""责任考核 of the demonstration county 演示县: what its people signed, promised and objected to, by the real actions.

Its term is not over, so its scores are provisional: nothing is frozen and no award is given.
"""
