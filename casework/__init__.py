"""升级、个案、责任考核: what follows from an absence, who owes it and by when."""
