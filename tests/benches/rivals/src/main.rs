//! Farebox's tokenizer side by side with others, in one run on one input.
//!
//! Each tokenizer runs in a process of its own, so that a first pass is a first pass; rounds take
//! turns, and time is that of the processor, so that a busy machine is busy for all.
//! `--corpora DIR` reads `prose.txt`, `code.txt`, `zh.txt`, `ja.txt`, `ko.txt` and `json.txt`
//! instead of making them.

mod corpora;
mod rivals;

use std::{
    collections::BTreeMap,
    env, fs,
    hint::black_box,
    path::PathBuf,
    process::{Command, ExitCode, Stdio},
    time::{Duration, Instant},
};

use corpora::{CORPORA, WORST};
use cpu_time::ProcessTime;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).filter(|word| word != "--bench").collect();
    if let [worker, name, kind, folder] = &arguments[..]
        && worker == "--worker"
    {
        measure(name, kind, folder);
        return ExitCode::SUCCESS;
    }
    let option = |name: &str| {
        let at = arguments.iter().position(|word| word == name)?;
        arguments.get(at + 1).cloned()
    };
    let folder = env::temp_dir().join("farebox-bench-corpora");
    fs::create_dir_all(&folder).expect("a folder for the corpora");
    let given = option("--corpora").map(PathBuf::from);
    for corpus in CORPORA {
        let file = folder.join(format!("{corpus}.txt"));
        match &given {
            Some(from) => _ = fs::copy(from.join(format!("{corpus}.txt")), file).expect("a corpus"),
            None => fs::write(file, corpora::make(corpus)).expect("a corpus"),
        }
    }
    let rounds = option("--rounds").and_then(|number| number.parse().ok()).unwrap_or(3);
    let only: Option<Vec<String>> =
        option("--only").map(|names| names.split(',').map(String::from).collect());
    let run = |kind: &str| {
        let mut best: Figures = BTreeMap::new();
        for _ in 0..rounds {
            for rival in rivals::ALL {
                if only.as_ref().is_some_and(|only| !only.iter().any(|name| name == rival.name)) {
                    continue;
                }
                for (cell, figure) in worker(rival.name, kind, &folder.to_string_lossy()) {
                    let known = best.entry((cell, rival.name)).or_insert(f64::MAX);
                    *known = known.min(figure);
                }
            }
        }
        best
    };
    let speeds = run("speed");
    for pass in ["first", "warm"] {
        let columns: Vec<String> =
            CORPORA.iter().chain(&["chat"]).map(|name| format!("{pass} {name}")).collect();
        println!("\n## Count, {pass} pass, MB/s (chat: µs for a prompt of 1.1 kB)\n");
        table(&speeds, &columns);
    }
    println!("\n## Load to a first count, ms; memory added, MB\n");
    table(&run("load"), &["load".into(), "memory".into()]);
    println!("\n## Worst cases, MB/s\n");
    let columns: Vec<String> = WORST.iter().map(|name| format!("worst {name}")).collect();
    table(&run("worst"), &columns);
    ExitCode::SUCCESS
}

/// By column and tokenizer, seconds a byte (a prompt, a load) or bytes of memory.
type Figures = BTreeMap<(String, &'static str), f64>;

/// Prints a column's figures and, in brackets, how many times better Farebox is.
fn table(figures: &Figures, columns: &[String]) {
    let short = |column: &String| column.split(' ').next_back().unwrap_or(column).to_string();
    println!("| | {} |", columns.iter().map(short).collect::<Vec<_>>().join(" | "));
    println!("|---|{}", "---|".repeat(columns.len()));
    for rival in rivals::ALL {
        let cells = columns.iter().map(|column| {
            let Some(cost) = figures.get(&(column.clone(), rival.name)) else {
                return "–".into();
            };
            let ours = figures.get(&(column.clone(), "farebox")).unwrap_or(cost);
            let figure = match column.as_str() {
                "load" => cost * 1e3,
                "memory" => cost / 1e6,
                column if column.ends_with("chat") => cost * 1e6,
                _ => 1e-6 / cost,
            };
            format!("{figure:.1} ({:.1}x)", cost / ours)
        });
        println!("| {} | {} |", rival.name, cells.collect::<Vec<_>>().join(" | "));
    }
}

/// The figures another process measures; none for what takes it too long or stops it.
fn worker(name: &str, kind: &str, folder: &str) -> Vec<(String, f64)> {
    let itself = env::current_exe().expect("this program");
    // One core for all: some tokenizers would share a long text among several.
    let mut command = if Command::new("taskset").arg("--version").output().is_ok() {
        let mut command = Command::new("taskset");
        command.args(["-c", "0"]).arg(itself);
        command
    } else {
        Command::new(itself)
    };
    let mut child = command
        .args(["--worker", name, kind, folder])
        .env("RAYON_NUM_THREADS", "1")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("a worker");
    let started = Instant::now();
    while child.try_wait().ok().flatten().is_none() {
        if started.elapsed() > Duration::from_secs(60) {
            let _ = child.kill();
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    let output = child.wait_with_output().map(|output| output.stdout).unwrap_or_default();
    String::from_utf8_lossy(&output)
        .lines()
        .filter_map(|line| line.rsplit_once('\t'))
        .filter_map(|(cell, figure)| Some((cell.to_string(), figure.parse().ok()?)))
        .collect()
}

fn measure(name: &str, kind: &str, folder: &str) {
    let rival = rivals::ALL.into_iter().find(|rival| rival.name == name).expect("a tokenizer");
    let memory = resident_bytes();
    let started = ProcessTime::now();
    let count = (rival.load)();
    black_box(count("hello world"));
    let loaded = started.elapsed();
    if kind == "load" {
        println!("load\t{}", loaded.as_secs_f64());
        println!("memory\t{}", resident_bytes().saturating_sub(memory));
        return;
    }
    let time = |text: &str| {
        let started = ProcessTime::now();
        black_box(count(text));
        started.elapsed().as_secs_f64()
    };
    if kind == "worst" {
        for case in WORST {
            // Growing until it is long enough shows who is not linear before it takes forever.
            let mut bytes = 1000;
            loop {
                let text = corpora::worst(case, bytes);
                let seconds = time(&text);
                if bytes >= 1_000_000 || seconds > 1.0 {
                    println!("worst {case}\t{}", seconds / text.len() as f64);
                    break;
                }
                bytes *= 10;
            }
        }
        return;
    }
    let texts: Vec<String> = CORPORA
        .iter()
        .map(|corpus| fs::read_to_string(format!("{folder}/{corpus}.txt")).expect("a corpus"))
        .collect();
    let prompts = prompts(&texts[0]);
    // All in one go: asking for the time takes a good part of what a prompt does.
    let chat = || {
        let started = ProcessTime::now();
        for prompt in &prompts {
            black_box(count(black_box(prompt)));
        }
        started.elapsed().as_secs_f64() / prompts.len() as f64
    };
    println!("first chat\t{}", chat());
    for (corpus, text) in CORPORA.iter().zip(&texts) {
        println!("first {corpus}\t{}", time(text) / text.len() as f64);
    }
    for (corpus, text) in CORPORA.iter().zip(&texts) {
        let best = (0..5).map(|_| time(text)).fold(f64::MAX, f64::min);
        println!("warm {corpus}\t{}", best / text.len() as f64);
    }
    println!("warm chat\t{}", (0..3).map(|_| chat()).fold(f64::MAX, f64::min));
}

/// Prompts of about 1.1 kB.
fn prompts(text: &str) -> Vec<&str> {
    let mut prompts = Vec::new();
    let mut rest = text;
    while rest.len() > 1200 {
        let (prompt, after) = rest.split_at(rest.floor_char_boundary(1100));
        prompts.push(prompt);
        rest = after;
    }
    prompts
}

/// Memory of this process that is in use, where the system tells.
fn resident_bytes() -> u64 {
    let pages = fs::read_to_string("/proc/self/statm").unwrap_or_default();
    pages.split(' ').nth(1).and_then(|pages| pages.parse::<u64>().ok()).unwrap_or(0) * 4096
}
