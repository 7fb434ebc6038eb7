"""Live fan-out: Rollcall and its peers with the same sockets in the same run."""
