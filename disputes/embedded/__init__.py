"""The embedded shape: PostgreSQL, broker and mailbox started by our own commands, without root or system packages.

`paths` says where everything lies, `postgres`, `broker` and `mailbox` describe the three engines, `guard` ends what
a killed runner leaves behind, `engines` starts what a command needs, `supervisor` runs the whole system.
"""
