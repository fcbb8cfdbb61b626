//! What processes use, as the kernel counts it.

use std::fs;
use std::time::Duration;

/// Clock ticks a second of the counters in /proc (`USER_HZ`, 100 on every Linux that Rust runs on).
const TICKS: u64 = 100;

/// How long a process has computed so far, in user and system mode; nothing where it is gone.
pub(crate) fn cpu_of(process: u32) -> Duration {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    ticks(of_process(&stat))
}

/// How long all processors of the machine have been busy so far.
pub(crate) fn cpu_of_machine() -> Duration {
    let stat = fs::read_to_string("/proc/stat").unwrap_or_default();
    ticks(of_machine(&stat))
}

/// The memory of a process that is in RAM now, in MiB.
pub(crate) fn resident(process: u32) -> f64 {
    memory(process, "VmRSS:")
}

/// The most memory of a process that was in RAM so far, in MiB.
pub(crate) fn peak(process: u32) -> f64 {
    memory(process, "VmHWM:")
}

fn ticks(number: u64) -> Duration {
    Duration::from_millis(number * 1000 / TICKS)
}

/// `utime` and `stime` (`proc_pid_stat(5)`): fields 14 and 15, counted behind the name, which may hold anything.
fn of_process(stat: &str) -> u64 {
    let behind = stat.rsplit_once(')').map_or("", |(_, behind)| behind);
    behind.split_whitespace().skip(11).take(2).filter_map(|field| field.parse::<u64>().ok()).sum()
}

/// `user`, `nice` and `system`, `irq` and `softirq` of the line of all processors (`proc_stat(5)`).
fn of_machine(stat: &str) -> u64 {
    let line = stat.lines().next().unwrap_or_default();
    let fields: Vec<u64> = line.split_whitespace().skip(1).filter_map(|field| field.parse().ok()).collect();
    [0, 1, 2, 5, 6].iter().filter_map(|place| fields.get(*place)).sum()
}

fn memory(process: u32, key: &str) -> f64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(key));
    let kilobytes: Option<f64> =
        line.and_then(|line| line.split_whitespace().next()).and_then(|number| number.parse().ok());
    kilobytes.map_or(f64::NAN, |number| number / 1024.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_may_be_named_like_a_field() {
        let stat = "7 (a) R 1 ) R 1 1 1 0 -1 4194304 1 0 0 0 250 50 9 9 20 0 1 0";
        assert_eq!(ticks(of_process(stat)), Duration::from_secs(3));
    }

    #[test]
    fn waiting_is_not_computing() {
        assert_eq!(of_machine("cpu  100 1 10 5000 700 2 3 0 0 0\ncpu0 50 0 5 0 0 0 0 0 0 0"), 116);
    }

    #[test]
    fn our_own_figures_are_there() {
        let own = std::process::id();
        assert!(resident(own) > 0.1 && peak(own) >= resident(own));
        assert!(cpu_of_machine() > Duration::ZERO);
    }
}
