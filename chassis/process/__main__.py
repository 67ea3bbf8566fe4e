"""`python -m chassis.process` is the `casetrail` command."""

from chassis.process import main

main()
