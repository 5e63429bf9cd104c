"""Packages as the pretend platforms deliver them: real zips of any size, never all in memory."""
