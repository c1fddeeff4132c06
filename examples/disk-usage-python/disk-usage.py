# SPDX-License-Identifier: LGPL-2.1-or-later
"""disk-usage.py [FOLDER]: shows which folders occupy the space in a folder."""

import os
import sys

from scanner import Norpc, Scanner
from window import Adw, Window


def activate(application):
    window = Window(scanner, application=application)
    window.present()
    window.start(window.scan(sys.argv[1] if len(sys.argv) > 1 else os.path.expanduser('~')))


with Norpc.serve(Scanner()) as scanner:
    application = Adw.Application(application_id='org.example.DiskUsage.Python')
    application.connect('activate', activate)
    application.run()
