//! A run under faults, killed at random moments: small by default.
//!
//! `FAREBOX_SOAK_LINES=100000 FAREBOX_SOAK_BINARY=$PWD/target/release/farebox cargo test
//! -p farebox-cli --test bulk soak -- --nocapture` runs the full one with a build of its own, and
//! prints what it took.

use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use farebox_emulator::{Broken, Options};
use serde_json::Value;

use crate::world::{World, kill, line, numbers, paid, unsettled};

#[test]
fn every_line_is_answered_once_and_paid_once_through_faults_and_kills() {
    let asked = std::env::var("FAREBOX_SOAK_LINES").ok().and_then(|text| text.parse().ok());
    let lines: usize = asked.unwrap_or(600);
    // A provider that knows a repetition by its key charges a deed once, and whole.
    let world = World::new(Options {
        fault_rate_ppm: 30_000,
        idempotency_keys: true,
        broken: Broken::Full,
        remembered_requests: 0,
        ..Options::default()
    });
    world.jobs(&(0..lines).map(|at| line(at, "gpt-5.4-nano")).collect::<String>());
    let mut moments: Vec<usize> = (1..=KILLS).map(|kill| draw(kill) as usize % lines).collect();
    moments.sort_unstable();
    let (mut cost, mut results) = (Cost::default(), SoFar::default());
    let started = Instant::now();
    for moment in moments {
        let child = command(&world).spawn().unwrap();
        cost.watch(child, || results.lines(&world) >= moment);
    }
    let status = cost.watch(command(&world).spawn().unwrap(), || false);
    assert!(matches!(status, Some(0 | 7)), "ended with {status:?}");
    let passed = started.elapsed();

    let results = world.results();
    assert_eq!(numbers(&results), (1..=lines as u64).collect::<Vec<_>>());
    // Three faults in a row are rare, and every one of them is a typed error.
    let failed = results.iter().filter(|result| result.get("error").is_some());
    let failed: Vec<Value> = failed.cloned().collect();
    assert!(failed.len() <= 3 + lines / 1_000, "{} failed", failed.len());
    let (paid, bill) = (paid(&results), world.bill());
    let perhaps = unsettled(&failed);
    assert!(paid <= bill && bill <= paid.saturating_add(perhaps), "paid {paid}, billed {bill}");
    println!(
        "{lines} lines in {:.1} s ({} failed): {} MiB, {} µs of CPU a line, ${paid}",
        passed.as_secs_f64(),
        failed.len(),
        cost.peak_kib >> 10,
        cost.cpu_us / lines as u64
    );
}

fn command(world: &World) -> Command {
    let mut command = world.command("run", &[]);
    if let Some(binary) = std::env::var_os("FAREBOX_SOAK_BINARY") {
        let mut other = Command::new(binary);
        other.args(command.get_args()).env_clear().stdin(Stdio::null());
        other.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
        other.current_dir(&world.folder).stdout(Stdio::piped()).stderr(Stdio::piped());
        command = other;
    }
    command
}

/// The results there are so far.
#[derive(Debug, Default)]
struct SoFar {
    lines: usize,
    read_bytes: u64,
}

impl SoFar {
    /// How many whole lines they are, as far as they were read before and since.
    fn lines(&mut self, world: &World) -> usize {
        let mut more = Vec::new();
        if let Ok(mut file) = File::open(world.folder.join("results.jsonl")) {
            // What a kill left half written was cut off since.
            let from = self.read_bytes.min(file.metadata().unwrap().len());
            file.seek(SeekFrom::Start(from)).unwrap();
            file.read_to_end(&mut more).unwrap();
            self.read_bytes = from + more.len() as u64;
        }
        self.lines += more.iter().filter(|byte| **byte == b'\n').count();
        self.lines
    }
}

/// What the process took, over all its lives.
#[derive(Debug, Default)]
struct Cost {
    peak_kib: u64,
    cpu_us: u64,
}

impl Cost {
    /// Waits for the end of a process, or kills it once `is_time`; its exit code where it ended.
    fn watch(&mut self, mut child: Child, mut is_time: impl FnMut() -> bool) -> Option<i32> {
        let mut cpu_us = 0;
        loop {
            let of = |name: &str| fs::read_to_string(format!("/proc/{}/{name}", child.id()));
            let status = of("status").unwrap_or_default();
            let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
            let peak = peak.and_then(|text| text.trim().trim_end_matches(" kB").parse().ok());
            self.peak_kib = self.peak_kib.max(peak.unwrap_or(0));
            cpu_us = of("stat").ok().and_then(|text| cpu_of(&text)).unwrap_or(cpu_us).max(cpu_us);
            if let Some(status) = child.try_wait().unwrap() {
                self.cpu_us += cpu_us;
                assert!(status.code().is_some(), "it crashed");
                return status.code();
            }
            if is_time() {
                self.cpu_us += cpu_us;
                kill(child);
                return None;
            }
            sleep(Duration::from_millis(5));
        }
    }
}

/// User and system time out of `/proc/PID/stat`, in ticks of a hundredth of a second.
fn cpu_of(stat: &str) -> Option<u64> {
    let after_name = stat.rsplit_once(") ")?.1;
    let ticks = |field: usize| after_name.split(' ').nth(field)?.parse::<u64>().ok();
    Some((ticks(11)? + ticks(12)?) * 10_000)
}

fn draw(seed: u64) -> u64 {
    let mut value = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

const KILLS: u64 = 5;
