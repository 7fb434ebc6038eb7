"""The servers that Rollcall is compared with, one worker each, without authentication or limits."""
