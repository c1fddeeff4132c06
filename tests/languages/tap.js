// SPDX-License-Identifier: LGPL-2.1-or-later

// Test points that are functions, which the test reports in the Test Anything Protocol. They may be async.

/* exported assert, assertRejects, equal, iterateUntil, run, test, testUnless */

const { GLib } = imports.gi;

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

function equal(actual, expected) {
    assert(JSON.stringify(actual) === JSON.stringify(expected),
        `expected ${JSON.stringify(expected)}, got ${JSON.stringify(actual)}`);
}

function iterateUntil(condition) {
    while (!condition())
        GLib.MainContext.default().iteration(true);
}

// Gets the error that a promise is rejected with, or that a function throws.
async function assertRejects(func) {
    try {
        await func();
    } catch (error) {
        return error;
    }
    throw new Error('assertion failed: it was not rejected');
}

function wait(promise) {
    let outcome = null;
    promise.then(() => (outcome = []), error => (outcome = [error]));
    iterateUntil(() => outcome !== null);
    if (outcome.length > 0)
        throw outcome[0];
}

function run() {
    print(`1..${points.length}`);
    points.forEach(([name, func, problem], index) => {
        if (problem) {
            print(`ok ${index + 1} ${name} # SKIP ${problem}`);
            return;
        }
        try {
            const returned = func();
            if (returned instanceof Promise)
                wait(returned);
            print(`ok ${index + 1} ${name}`);
        } catch (error) {
            print(`not ok ${index + 1} ${name}`);
            printerr(`${name}: ${error}\n${error.stack}`);
        }
    });
}
