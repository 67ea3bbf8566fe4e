"""The five services: strangers to each other, alike inside."""
