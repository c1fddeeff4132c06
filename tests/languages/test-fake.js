// SPDX-License-Identifier: LGPL-2.1-or-later

// Code in JavaScript that calls a service is tested without it, and without waiting.

imports.gi.versions.Norpc = '1';
imports.gi.versions.People = '1';
const { GLib, Norpc, People } = imports.gi;
const { assert, run, test } = imports.tap;

function find(proxy) {
    const outcome = { names: null, error: null };
    proxy.call_find('a', 10, null, (source, result) => {
        try {
            outcome.names = source.call_find_finish(result).join(' ');
        } catch (error) {
            outcome.error = error;
        }
    });
    return outcome;
}

test('answers', () => {
    const clock = Norpc.ManualClock.new();
    const fake = Norpc.Fake.new(People.directory_interface_info());
    const proxy = People.DirectoryProxy.new(fake);
    const rule = fake.answer_variant('Find', new GLib.Variant('(as)', [['Ada', 'Adam']]));
    rule.set_delay(1000);

    const outcome = find(proxy);
    clock.run(999);
    assert(outcome.names === null, 'not yet');
    clock.run(1);
    assert(outcome.names === 'Ada Adam', outcome.names);
    assert(fake.get_n_calls('Find') === 1, 'one call');
    assert(fake.get_call('Find', 0).get_arg(0) === 'a', 'its argument');
    assert(fake.verify(), 'all calls came');
});

test('time', () => {
    const clock = Norpc.ManualClock.new();
    const fake = Norpc.Fake.new(People.directory_interface_info());
    const proxy = People.DirectoryProxy.new(fake);
    fake.never_answer('Find');
    proxy.set_timeout(5000);

    const outcome = find(proxy);
    clock.run(5000);
    assert(outcome.error.matches(Norpc.Error, Norpc.Error.TIMED_OUT), `${outcome.error}`);
});

test('events', () => {
    const fake = Norpc.Fake.new(People.directory_interface_info());
    const proxy = People.DirectoryProxy.new_sync(fake, null);
    const names = [];
    proxy.connect('changed', (_proxy, name) => names.push(name));
    fake.emit_variant('Changed', new GLib.Variant('(s)', ['Ada']));
    fake.get_service().size = 7;
    while (GLib.MainContext.default().iteration(false))
        ;
    assert(names.join() === 'Ada', names.join());
    assert(proxy.size === 7, `${proxy.size}`);
});

test('wrong results', () => {
    const fake = Norpc.Fake.new(People.directory_interface_info());
    let message = '';
    try {
        fake.answer_variant('Find', new GLib.Variant('(s)', ['Ada']));
    } catch (error) {
        message = error.message;
    }
    assert(message.includes("result 'names'"), message);
});

run();
