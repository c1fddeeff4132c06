// SPDX-License-Identifier: LGPL-2.1-or-later

// Services in JavaScript that a supervisor replaces.

imports.gi.versions.Kv = '1';
imports.gi.versions.Norpc = '1';
imports.gi.versions.Test = '1';
const { Gio, GObject, Kv, Norpc, Test } = imports.gi;
const { assert, assertRejects, equal, run, test } = imports.tap;

const isClosed = error => error.matches(Norpc.Error, Norpc.Error.CLOSED);

// Calls that make it fail at the start.
let problems = [];

const Store = GObject.registerClass({
    Implements: [Kv.Store, Norpc.Lifecycle],
}, class Store extends Norpc.Service {
    size = 0;

    vfunc_start() {
        problems.shift()?.();
        return true;
    }

    get_size(_database) {
        return ++this.size;
    }

    take() {
        return new Promise(() => {});
    }
});

const fail = error => () => {
    throw error;
};

// Waits until a supervisor has a state.
function reached(supervisor, state) {
    return new Promise(resolve => {
        const id = supervisor.connect('notify::state', () => {
            if (supervisor.state !== state)
                return;
            supervisor.disconnect(id);
            resolve();
        });
    });
}

function makeSupervisor() {
    const supervisor = Norpc.Supervisor.new_in_context(null, () => {
        problems.shift()?.();
        return new Store();
    });
    supervisor.min_delay = 1;
    return supervisor;
}

test('a device that comes later', async () => {
    problems = [fail(new Error('no device')), null, fail(new Test.StoreError({ code: Test.StoreError.FULL, message: 'full' }))];
    const supervisor = makeSupervisor();
    const store = Kv.StoreProxy.new(supervisor);
    const running = reached(supervisor, Norpc.SupervisorState.RUNNING);
    supervisor.start();
    const error = await assertRejects(() => store.get_size(0));
    assert(isClosed(error) && error.message.endsWith('its service has ended: Error: no device'), error.message);
    await running;
    equal(await store.get_size(0), 1);
    equal(supervisor.get_n_starts(), 3);
    assert(supervisor.dup_error().matches(Test.StoreError, Test.StoreError.FULL), 'the last error');

    const open = assertRejects(() => store.take(0, new Uint8Array([1])));
    equal(await store.get_size(0), 2);
    supervisor.restart(Norpc.StopMode.ABANDON);
    assert(isClosed(await open), 'a call of the service that was replaced');
    equal(await store.get_size(0), 1);

    supervisor.stop(Norpc.StopMode.FINISH, null);
    equal(supervisor.get_state(), Norpc.SupervisorState.STOPPED);
    assert(isClosed(await assertRejects(() => store.get_size(0))), 'stopped');
});

test('what its function returns or throws', async () => {
    for (const [make, text] of [
        [() => null, 'TypeError: the function of a supervisor: expected a service or a server, got null'],
        [async () => new Store(), 'expected a service or a server, got Promise'],
        [() => Store, 'expected a service or a server, got a function'],
        [() => new Gio.Cancellable(), 'GCancellable implements no interface of a description, so it cannot be called'],
        [fail('text'), 'its service has ended too often: text'],
        [fail(new RangeError('too far')), 'RangeError: too far'],
    ]) {
        const supervisor = Norpc.Supervisor.new_in_context(null, make);
        supervisor.max_restarts = 0;
        supervisor.start();
        const { message } = await assertRejects(() => Kv.StoreProxy.new(supervisor).get_size(0));
        assert(message.endsWith(text), message);
        assert(supervisor.dup_error().matches(Norpc.Error, Norpc.Error.FAILED), `${supervisor.dup_error()}`);
        supervisor.stop(Norpc.StopMode.FINISH, null);
    }
    const error = await assertRejects(() => Norpc.Supervisor.new_in_context(null, new Store()));
    assert(error instanceof TypeError, `${error}`);
});

test('server with a layer', async () => {
    const supervisor = Norpc.Supervisor.new_in_context(null, () => {
        const server = Norpc.Server.new_in_context(new Store(), null);
        server.add_layer(Norpc.RateLimit.new(1, 60 * 1000));
        return server;
    });
    supervisor.start();
    const store = Kv.StoreProxy.new(supervisor);
    equal(await store.get_size(0), 1);
    const error = await assertRejects(() => store.get_size(0, { timeout: 50 }));
    assert(error.matches(Norpc.Error, Norpc.Error.TIMED_OUT), error.message);
    supervisor.stop(Norpc.StopMode.ABANDON, null);
});

test('no thread of its own', async () => {
    const error = await assertRejects(() => Norpc.Supervisor.new(() => new Store()));
    assert(error.message.endsWith('use Norpc.Supervisor.new_in_context ()'), error.message);
});

run();
