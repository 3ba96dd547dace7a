//! Many streamed calls, one after another and at once, with one in twenty failing by luck: no
//! receipt is lost or counted twice, the ledger is the provider's own bill, and memory stays flat.
//!
//! A few hundred calls; `FAREBOX_SOAK=full` makes them ten thousand, and five hundred at once.

use std::collections::HashMap;

use farebox::kernel::call::Billing;
use farebox::kernel::time::Timestamp;
use farebox::{Budget, Catalog, Client, Limit, Pusd, Receipt, Request, Restart, Window};
use farebox_emulator::{Emulator, Options};

use crate::{builder, catalog};

/// What the receipts say, by the provider's id of each exchange.
#[derive(Default)]
struct Ledger {
    receipts: usize,
    free: usize,
    /// What the provider reported, at its price.
    reported: HashMap<String, Pusd>,
    /// What a broken attempt may have cost at most.
    unknown: HashMap<String, Pusd>,
    cost: Pusd,
    unsettled: Pusd,
}

impl Ledger {
    fn take(&mut self, receipt: &Receipt) {
        self.receipts += 1;
        self.cost = self.cost.checked_add(receipt.cost).unwrap();
        self.unsettled = self.unsettled.checked_add(receipt.unsettled).unwrap();
        for attempt in &receipt.attempts {
            let id = attempt.request_id.clone();
            let twice = match &attempt.billing {
                Billing::Reported { cost, .. } => {
                    self.reported.insert(id.unwrap(), cost.as_ref().unwrap().total)
                }
                Billing::Unknown { worst_case } => {
                    self.unknown.insert(id.unwrap(), worst_case.unwrap())
                }
                _ => {
                    self.free += 1;
                    None
                }
            };
            assert!(twice.is_none(), "an exchange stands on two receipts");
        }
    }

    /// Holds every exchange against the provider's line, and the sums against its sum.
    fn settle(mut self, emulator: &Emulator, catalog: &Catalog, budget: &Budget) -> String {
        let (bill, now) = (emulator.bill(), Timestamp::from_ms(1_795_305_600_000));
        let (lines, broken) = (bill.lines.len(), self.unknown.len());
        let mut broken_cost = Pusd::ZERO;
        for line in &bill.lines {
            let cost = line.cost(catalog, now).unwrap();
            if let Some(ours) = self.reported.remove(&line.request_id) {
                assert_eq!(ours, cost, "{line:?}");
            } else {
                let most = self.unknown.remove(&line.request_id).expect("a receipt is lost");
                assert!(cost <= most, "{line:?} is over its worst case of {most}");
                broken_cost = broken_cost.checked_add(cost).unwrap();
            }
        }
        assert!(self.reported.is_empty() && self.unknown.is_empty(), "billed by us alone");
        let whole = self.cost.checked_add(broken_cost).unwrap();
        assert_eq!(whole, bill.cost(catalog, now).unwrap());
        assert_eq!(budget.spent(), self.cost.checked_add(self.unsettled).unwrap());
        assert!(budget.holds().is_empty());
        format!("{lines} lines, ${whole}, of which ${broken_cost} for {broken} broken answers")
    }
}

/// Resident memory of this process, in KiB; zero where the system does not say.
fn resident_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.trim().split(' ').next()?.parse().ok()).unwrap_or(0)
}

async fn call(client: &Client, number: usize) -> Receipt {
    let request = Request::new()
        .model(["gpt-5.4-nano", "gpt-5.4-mini"][number % 2])
        .max_output_tokens(600)
        .user(format!("Name river number {number}."));
    let mut flow = client.stream(request).unwrap();
    while let Some(event) = flow.next().await {
        if event.is_err() {
            break;
        }
    }
    flow.receipt().expect("a call that is over has its receipt")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn thousands_of_calls_leak_nothing_and_are_billed_once() {
    let is_full = std::env::var_os("FAREBOX_SOAK").is_some_and(|size| size == "full");
    let (sequential, concurrent) = if is_full { (10_000, 500) } else { (200, 60) };
    let catalog = catalog();
    let emulator = Emulator::start(Options {
        catalog: Catalog::clone(&catalog),
        fault_rate_ppm: 50_000,
        remembered_requests: 10,
        ..Options::default()
    })
    .unwrap();
    let limit = Limit::hard(Window::Session, Pusd::parse("1000000").unwrap());
    let client = builder(&emulator)
        .budget(Budget::new(vec![limit]))
        .restart(Restart::Restart)
        .build()
        .unwrap();

    let mut ledger = Ledger::default();
    let mut warm_kib = 0;
    for number in 0..sequential {
        ledger.take(&call(&client, number).await);
        if number == sequential / 5 {
            warm_kib = resident_kib();
        }
    }
    let grown_kib = resident_kib().saturating_sub(warm_kib);
    let calls = (0..concurrent).map(|number| {
        let client = client.clone();
        tokio::spawn(async move { call(&client, sequential + number).await })
    });
    for call in calls.collect::<Vec<_>>() {
        ledger.take(&call.await.unwrap());
    }
    assert_eq!(ledger.receipts, sequential + concurrent);
    let free = ledger.free;
    let told = ledger.settle(&emulator, &catalog, &client.budget().unwrap());
    println!("{sequential} + {concurrent} calls: {told}, {free} refusals; grew {grown_kib} KiB");
    // The bill and this ledger keep a line a call, of less than half a KiB each.
    assert!(grown_kib < 4_096 + sequential as u64, "{grown_kib} KiB");
}
