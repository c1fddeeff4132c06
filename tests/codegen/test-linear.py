#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The time that generating takes grows as the description does, no faster.

usage: test-linear.py GENERATOR
"""

import pathlib
import resource
import subprocess
import sys
import tempfile

METHOD = """    <method name="Method{0}">
      <arg name="taken" type="a{{sv}}"/>
      <arg name="given" type="s" direction="out"/>
    </method>
"""
FEW, MANY = 1000, 4000
# linear is 4, quadratic is 16
MOST_RATIO = 7


def cpu_time(generator, n_methods, directory):
    """The least of three, in seconds."""
    path = directory / f'{n_methods}.xml'
    methods = ''.join(METHOD.format(i) for i in range(n_methods))
    path.write_text(f'<node>\n  <interface name="org.example.Large">\n{methods}  </interface>\n</node>\n')
    times = []
    for _ in range(3):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([generator, '--generate-c-code', str(n_methods), '--output-directory', str(directory),
                        f'--markdown={directory}/{n_methods}.md',
                        f'--generate-python-stubs={directory}/{n_methods}.pyi', str(path)], check=True, timeout=60)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        times.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return min(times)


def main():
    generator = str(pathlib.Path(sys.argv[1]).resolve())
    with tempfile.TemporaryDirectory() as directory:
        few, many = (cpu_time(generator, n, pathlib.Path(directory)) for n in (FEW, MANY))
    print(f'{FEW} methods in {few:.3f} s, {MANY} in {many:.3f} s: {many / few:.1f} times as long')
    return 0 if many < few * MOST_RATIO else 1


if __name__ == '__main__':
    sys.exit(main())
