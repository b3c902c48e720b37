"""督查 of the demonstration county 演示县, by the real actions: a draw with its counts, a round with its 整改台账."""
