/* client.vala
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* client SECONDS: measures calls from Vala, of a service in C and of one in Vala. */

class Echo : Object, Bench.Echo {
    public string say (string text) throws Error {
        return text;
    }
}

double seconds;

async uint call_async (Bench.EchoProxy echo, int64 end) throws Error {
    uint n = 0;

    while (get_monotonic_time () < end) {
        yield echo.call_say ("text", null);
        n++;
    }

    return n;
}

uint call_sync (Bench.EchoProxy echo, int64 end) throws Error {
    uint n = 0;

    while (get_monotonic_time () < end) {
        echo.call_say_sync ("text", null);
        n++;
    }

    return n;
}

void print_row (string row, int64 start, uint n) {
    print ("vala.%s %.2f µs\n", row, (get_monotonic_time () - start) / (double) n);
}

async void measure (Bench.EchoProxy echo, string suffix) throws Error {
    int64 start = get_monotonic_time ();
    uint n = yield call_async (echo, start + (int64) (seconds * 1000000));

    print_row ("async" + suffix, start, n);
    start = get_monotonic_time ();
    n = call_sync (echo, start + (int64) (seconds * 1000000));
    print_row ("sync" + suffix, start, n);
}

async void measure_all () throws Error {
    var server = Norpc.serve (Bench.new_echo_in_c ());
    yield measure (new Bench.EchoProxy (server.get_endpoint ()), "");

    var own_server = Norpc.serve (new Echo ());
    yield measure (new Bench.EchoProxy (own_server.get_endpoint ()), ".own");
}

int main (string[] args) {
    Intl.setlocale ();
    var loop = new MainLoop ();

    seconds = args.length > 1 ? double.parse (args[1]) : 1;
    measure_all.begin ((source, result) => {
        try {
            measure_all.end (result);
        } catch (Error error) {
            GLib.error ("%s", error.message);
        }
        loop.quit ();
    });
    loop.run ();

    return 0;
}
