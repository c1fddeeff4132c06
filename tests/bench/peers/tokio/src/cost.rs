// cost.rs
//
// SPDX-License-Identifier: LGPL-2.1-or-later

//! The cost of calls: time, processor time and context switches of the process.

use std::mem::zeroed;
use std::time::Instant;

pub struct Cost {
    begin: Instant,
    seconds: f64,
    cpu: f64,
    switches: f64,
}

fn get_usage() -> (f64, f64) {
    // SAFETY: getrusage() writes into a struct that is valid when it is all zeros.
    let usage = unsafe {
        let mut usage: libc::rusage = zeroed();
        assert_eq!(libc::getrusage(libc::RUSAGE_SELF, &mut usage), 0);
        usage
    };
    let seconds = |time: libc::timeval| time.tv_sec as f64 + time.tv_usec as f64 * 1e-6;
    (seconds(usage.ru_utime) + seconds(usage.ru_stime), (usage.ru_nvcsw + usage.ru_nivcsw) as f64)
}

impl Cost {
    pub fn begin() -> Self {
        let (cpu, switches) = get_usage();
        Cost { begin: Instant::now(), seconds: 0.0, cpu, switches }
    }

    pub fn end(mut self) -> Self {
        self.seconds = self.begin.elapsed().as_secs_f64();
        let (cpu, switches) = get_usage();
        self.cpu = cpu - self.cpu;
        self.switches = switches - self.switches;
        self
    }

    pub fn print(&self) {
        println!("seconds {:.9}\ncpu {:.9}\nswitches {}", self.seconds, self.cpu, self.switches);
    }
}
