// SPDX-License-Identifier: LGPL-2.1-or-later

// Streams of a service in JavaScript, and its client.

imports.gi.versions.Norpc = '1';
imports.gi.versions.Streams = '1';
const { GLib, GObject, Norpc, Streams } = imports.gi;
const { assert, run, test } = imports.tap;

const Feed = GObject.registerClass({
    Implements: [Streams.Feed],
}, class Feed extends GObject.Object {
    vfunc_handle_count(call, stream, upto) {
        this.count(call.ref(), stream, 1, upto);
        return true;
    }

    count(call, stream, number, upto) {
        for (; number <= upto; number++) {
            if (!stream.is_ready()) {
                const next = number;
                stream.ready_async(null, (_stream, result) => {
                    if (stream.ready_finish(result))
                        this.count(call, stream, next, upto);
                });
                return;
            }
            stream.write(number, `${number}`);
        }
        this.complete_count(call, upto * (upto + 1) / 2);
    }

    vfunc_handle_collect(call, stream) {
        const texts = [], kept = call.ref();
        const collect = (_stream, result) => {
            const [there, text] = stream.next_finish(result);
            if (there) {
                texts.push(text);
                stream.next_async(null, collect);
            } else {
                this.complete_collect(kept, texts.join(' '));
            }
        };
        stream.next_async(null, collect);
        return true;
    }
});

function waitUntil(condition) {
    while (!condition())
        GLib.MainContext.default().iteration(true);
}

// The service runs in the main context, as the client does.
function withFeed(func) {
    const server = Norpc.Server.new_in_context(new Feed(), GLib.MainContext.default());
    server.start(null);
    func(Streams.FeedProxy.new(server.get_channel()));
    server.stop(Norpc.StopMode.FINISH, null);
}

test('read', () => withFeed(proxy => {
    const stream = proxy.open_count(20, null);
    const texts = [];
    let ended = false, sum = 0;
    const read = (_stream, result) => {
        const [there, , text] = stream.next_finish(result);
        ended = !there;
        if (there) {
            texts.push(text);
            stream.next_async(null, read);
        }
    };
    stream.next_async(null, read);
    waitUntil(() => ended);
    assert(texts.length === 20 && texts[19] === '20');
    stream.outcome_async(null, (_stream, result) => {
        [, sum] = stream.outcome_finish(result);
    });
    waitUntil(() => sum > 0);
    assert(sum === 210);
}));

test('write', () => withFeed(proxy => {
    const stream = proxy.open_collect(null);
    let joined = null;
    stream.outcome_async(null, (_stream, result) => {
        joined = stream.outcome_finish(result);
    });
    ['a', 'b'].forEach(text => stream.write(text));
    stream.end();
    waitUntil(() => joined !== null);
    assert(joined === 'a b');
}));

run();
