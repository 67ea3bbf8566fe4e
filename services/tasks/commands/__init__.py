"""What people and other services' events ask of tasks: plans, campaigns, draws, tasks."""
