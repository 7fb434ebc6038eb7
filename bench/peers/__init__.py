"""The servers that Rollcall is held against, one worker each, without authentication or bounds."""
