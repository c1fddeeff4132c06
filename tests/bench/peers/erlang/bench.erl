%% bench.erl
%%
%% SPDX-License-Identifier: LGPL-2.1-or-later

%% Erlang: a gen_server, and client processes that call it.

-module(bench).
-behaviour(gen_server).
-export([main/0, init/1, handle_call/3, handle_cast/2]).

-define(N_KEYS, 1000).
-define(VALUE_SIZE, 32).

works() -> ["noop", "get"].

%% Clients are processes: N of them with one call each are N calls in flight.
loads() ->
    [{"seq", 1}, {"w8", 8}, {"w64", 64}, {"w1024", 1024}, {"c1", 1}, {"c4", 4}, {"c16", 16}, {"c64", 64}].

rows() ->
    [{"erlang.call." ++ Work ++ "." ++ Load, Work, InFlight}
     || Work <- works(), {Load, InFlight} <- loads(), Work =:= "noop" orelse Load =:= "w64"].

init([]) ->
    Value = binary:copy(<<"v">>, ?VALUE_SIZE),
    {ok, maps:from_list([{integer_to_binary(Key), Value} || Key <- lists:seq(0, ?N_KEYS - 1)])}.

handle_call({noop, Number}, _From, Values) -> {reply, Number + 1, Values};
handle_call({get, Key}, _From, Values) -> {reply, maps:get(Key, Values), Values}.

handle_cast(_Request, Values) -> {noreply, Values}.

call(Server, "noop", Number) ->
    Reply = gen_server:call(Server, {noop, Number}, infinity),
    Reply = Number + 1;
call(Server, "get", Number) ->
    Value = gen_server:call(Server, {get, integer_to_binary(Number rem ?N_KEYS)}, infinity),
    ?VALUE_SIZE = byte_size(Value).

client(_Server, _Work, 0) -> ok;
client(Server, Work, Left) ->
    call(Server, Work, Left),
    client(Server, Work, Left - 1).

%% Makes calls, so many at once, and returns their number.
make_calls(Server, Work, Calls, InFlight) ->
    Made = (Calls + InFlight - 1) div InFlight,
    Clients = [spawn_monitor(fun() -> client(Server, Work, Made) end) || _ <- lists:seq(1, InFlight)],
    [receive {'DOWN', Monitor, process, _, Reason} -> normal = Reason end || {_, Monitor} <- Clients],
    Made * InFlight.

%% The context switches of all threads of the process.
switches() ->
    Files = filelib:wildcard("/proc/self/task/*/status"),
    lists:sum([switches(Line) || File <- Files, {ok, Text} <- [file:read_file(File)],
                                 Line <- binary:split(Text, <<"\n">>, [global])]).

switches(<<"voluntary_ctxt_switches:", Number/binary>>) -> to_integer(Number);
switches(<<"nonvoluntary_ctxt_switches:", Number/binary>>) -> to_integer(Number);
switches(_) -> 0.

to_integer(Text) -> list_to_integer(string:trim(binary_to_list(Text))).

run(Work, InFlight, Calls, WarmUp) ->
    {ok, Server} = gen_server:start(?MODULE, [], []),
    make_calls(Server, Work, WarmUp, InFlight),
    {Cpu, _} = erlang:statistics(runtime),
    Switches = switches(),
    Begin = erlang:monotonic_time(nanosecond),
    Made = make_calls(Server, Work, Calls, InFlight),
    Seconds = (erlang:monotonic_time(nanosecond) - Begin) / 1.0e9,
    {CpuAfter, _} = erlang:statistics(runtime),
    io:format("calls ~b~nseconds ~.9f~ncpu ~.9f~nswitches ~b~n",
              [Made, Seconds, (CpuAfter - Cpu) / 1.0e3, switches() - Switches]).

main() ->
    case init:get_plain_arguments() of
        ["--list"] ->
            [io:format("~s~n", [Name]) || {Name, _, _} <- rows()],
            halt(0);
        [Name, Calls, WarmUp] ->
            case lists:keyfind(Name, 1, rows()) of
                {Name, Work, InFlight} ->
                    run(Work, InFlight, list_to_integer(Calls), list_to_integer(WarmUp)),
                    halt(0);
                false -> usage()
            end;
        _ -> usage()
    end.

usage() ->
    io:format(standard_error, "Usage: bench --list, or bench ROW CALLS WARM-UP~n", []),
    halt(2).
