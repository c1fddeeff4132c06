# SPDX-License-Identifier: LGPL-2.1-or-later
"""find-folder.py PREFIX: prints the folder below PREFIX in which Python finds the modules of PyGObject.

In PREFIX itself that is the folder of PyGObject, which gi._overridesdir is in.
"""

import pathlib
import sys

import gi

prefix = pathlib.Path(sys.argv[1])
packages = pathlib.Path(gi._overridesdir).parents[1]
others = [pathlib.Path(path) for path in sys.path if path.endswith('-packages')]
for folder in [packages, *others]:
    if folder.is_relative_to(prefix):
        print(folder)
        break
