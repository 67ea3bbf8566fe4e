"""What reporting can be asked: the ledger copy, the figures with their rows, histories in causal order."""
