// main.cpp
//
// SPDX-License-Identifier: LGPL-2.1-or-later

// C++ Actor Framework: the service and the client are actors, each in a thread of its own (caf), or on
// the workers of the framework's scheduler (caf-scheduled).

#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <mutex>
#include <string>

#include <caf/all.hpp>

namespace {

struct Cost {
  double seconds = 0;
  double cpu = 0;
  double switches = 0;

  void add(double sign) {
    using namespace std::chrono;
    rusage usage;
    if (getrusage(RUSAGE_SELF, &usage) != 0)
      abort();
    auto to_seconds = [](timeval time) { return double(time.tv_sec) + double(time.tv_usec) * 1e-6; };
    seconds += sign * duration<double>(steady_clock::now().time_since_epoch()).count();
    cpu += sign * (to_seconds(usage.ru_utime) + to_seconds(usage.ru_stime));
    switches += sign * double(usage.ru_nvcsw + usage.ru_nivcsw);
  }
};

caf::behavior service() {
  return {[](uint64_t number) { return number + 1; }};
}

// The calls of one client.
struct Window {
  caf::actor service;
  uint64_t n_unsent;
  uint64_t n_unanswered;
};

void send_next(caf::event_based_actor *self, Window *window) {
  uint64_t number = --window->n_unsent;
  self->request(window->service, caf::infinite, number).then([=](uint64_t reply) {
    if (reply != number + 1)
      abort();
    window->n_unanswered--;
    if (window->n_unsent > 0)
      send_next(self, window);
    else if (window->n_unanswered == 0)
      self->quit();
  });
}

template <caf::spawn_options options>
void make_calls(caf::actor_system &system, const caf::actor &target, uint64_t calls, unsigned in_flight) {
  Window window{target, calls, calls};
  if (calls == 0)
    return;
  system.spawn<options>([&window, in_flight](caf::event_based_actor *self) {
    for (unsigned i = 0; i < in_flight && window.n_unsent > 0; i++)
      send_next(self, &window);
  });
  // The service has no end of its own: only the client has to be waited for.
  system.registry().await_running_count_equal(1);
}

template <caf::spawn_options options>
Cost run(caf::actor_system &system, uint64_t calls, uint64_t warm_up, unsigned in_flight) {
  caf::actor target = system.spawn<options>(service);
  Cost cost;

  make_calls<options>(system, target, warm_up, in_flight);
  cost.add(-1);
  make_calls<options>(system, target, calls, in_flight);
  cost.add(1);
  caf::anon_send_exit(target, caf::exit_reason::user_shutdown);

  return cost;
}

struct Load {
  const char *name;
  unsigned in_flight;
};

constexpr Load loads[] = {{"seq", 1}, {"w8", 8}, {"w64", 64}, {"w1024", 1024}};
constexpr const char *kinds[] = {"caf", "caf-scheduled"};

int usage() {
  std::cerr << "Usage: bench --list, or bench ROW CALLS WARM-UP\n";
  return 2;
}

}  // namespace

int main(int argc, char **argv) {
  bool list = argc == 2 && std::string(argv[1]) == "--list";
  if (!list && argc != 4)
    return usage();

  for (std::string kind : kinds)
    for (const Load &load : loads) {
      std::string name = kind + ".call.noop." + load.name;
      if (list)
        std::cout << name << "\n";
      else if (name == argv[1]) {
        uint64_t calls = strtoull(argv[2], nullptr, 10), warm_up = strtoull(argv[3], nullptr, 10);
        caf::actor_system_config config;
        caf::actor_system system{config};
        Cost cost = kind == "caf" ? run<caf::detached>(system, calls, warm_up, load.in_flight)
                                  : run<caf::no_spawn_options>(system, calls, warm_up, load.in_flight);
        printf("calls %llu\nseconds %.9f\ncpu %.9f\nswitches %.0f\n", (unsigned long long) calls,
               cost.seconds, cost.cpu, cost.switches);
        return 0;
      }
    }

  return list ? 0 : usage();
}
