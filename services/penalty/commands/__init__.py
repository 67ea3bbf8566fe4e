"""What people and clocks ask of penalty: load, decide, append; what one command causes is one write set."""
