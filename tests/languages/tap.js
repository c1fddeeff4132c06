// SPDX-License-Identifier: LGPL-2.1-or-later

// Test points that are functions, which the test reports in the Test Anything Protocol.

/* exported test, testUnless, assert, run */

const points = [];

function test(name, func) {
    points.push([name, func]);
}

// A problem, if there is one, is why the test point is skipped.
function testUnless(problem, name, func) {
    points.push([name, func, problem]);
}

function assert(condition, message) {
    if (!condition)
        throw new Error(`assertion failed: ${message}`);
}

function run() {
    print(`1..${points.length}`);
    points.forEach(([name, func, problem], index) => {
        if (problem) {
            print(`ok ${index + 1} ${name} # SKIP ${problem}`);
            return;
        }
        try {
            func();
            print(`ok ${index + 1} ${name}`);
        } catch (error) {
            print(`not ok ${index + 1} ${name}`);
            printerr(`${name}: ${error}`);
        }
    });
}
