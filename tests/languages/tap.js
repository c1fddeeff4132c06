// SPDX-License-Identifier: LGPL-2.1-or-later

// Test points that are functions, which the test reports in the Test Anything Protocol.

/* exported test, assert, run */

const points = [];

function test(name, func) {
    points.push([name, func]);
}

function assert(condition, message) {
    if (!condition)
        throw new Error(`assertion failed: ${message}`);
}

function run() {
    print(`1..${points.length}`);
    points.forEach(([name, func], index) => {
        try {
            func();
            print(`ok ${index + 1} ${name}`);
        } catch (error) {
            print(`not ok ${index + 1} ${name}`);
            printerr(`${name}: ${error}`);
        }
    });
}
