"""学籍与考勤: who the children are, where they belong, and who was there."""
