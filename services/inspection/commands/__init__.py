"""What people and clocks ask of inspection: load, decide, append; what one command causes is one write set."""
