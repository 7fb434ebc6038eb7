"""Several processes behind one port: `rollcall serve --workers N`.

A supervisor listens, accepts, and hands each connection to the next worker; it starts, watches, replaces and restarts
them. A worker is an instance like any other, which gets its connections over a channel instead of from a port.

A listening socket that the workers share was rejected: of 32 connections that come at once, one worker accepted 28 to 32.
A socket for each worker on the same port (SO_REUSEPORT) was rejected too: connections that wait in the queue of a worker
are reset when it ends, also when it is only restarted.
"""
