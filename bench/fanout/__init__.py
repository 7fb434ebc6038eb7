"""Live fan-out: Rollcall and its peers under the same sockets in the same run."""
