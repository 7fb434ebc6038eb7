"""Executes another program as another user, bound to its parent's life; run as a script that imports nothing of ours.

    launch.py PARENT SIGNAL USER GROUP COMMAND ARGUMENT…

A function between fork and exec could do the same, but is unsafe if the parent has threads, as a server does.
"""

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1


def launch(parent: int, death_signal: int, user: int, group: int, command: list[str]) -> None:
    """Replace this process; `user` and `group` of -1 stay as they are. On Linux the parent's end sends `death_signal`."""
    if user >= 0:
        os.setgroups([])
        os.setgid(group)
        os.setuid(user)
    if sys.platform == "linux":
        # After setuid, which clears it. If the parent ended before this was set, exit.
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, death_signal)
        if os.getppid() != parent:
            sys.exit(1)
    os.execv(command[0], command)  # noqa: S606 (no shell is wanted here)


if __name__ == "__main__":
    _parent, _signal, _user, _group = map(int, sys.argv[1:5])
    launch(_parent, _signal, _user, _group, sys.argv[5:])
