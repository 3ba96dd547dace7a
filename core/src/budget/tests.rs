use super::*;

const DAY_MS: i64 = 86_400_000;

/// 2026-11-30T23:00:00Z, an hour before a new day and month.
const NOW: Timestamp = Timestamp::from_ms(1_796_079_600_000);

fn usd(text: &str) -> Pusd {
    Pusd::parse(text).unwrap()
}

fn all(amounts: [&str; 4]) -> Budget {
    let windows = [Window::Call, Window::Day, Window::Month, Window::Session];
    let limits = windows.into_iter().zip(amounts);
    Budget::new(limits.map(|(window, amount)| Limit::hard(window, usd(amount))).collect())
}

#[test]
fn each_window_holds_by_itself() {
    let mut budget = all(["0.5", "1", "1.5", "2"]);
    assert_eq!(budget.left(NOW), Some(usd("0.5")));
    assert_eq!(budget.hold(usd("0.6"), NOW).unwrap_err().details["window"], "call");
    for _ in 0..2 {
        let hold = budget.hold(usd("0.5"), NOW).unwrap();
        budget.settle(hold, usd("0.5"));
    }
    assert_eq!(budget.hold(usd("0.1"), NOW).unwrap_err().details["window"], "day");
    let next_month = NOW.after_ms(2 * 3_600_000);
    for _ in 0..2 {
        let hold = budget.hold(usd("0.5"), next_month).unwrap();
        budget.settle(hold, usd("0.5"));
    }
    let error = budget.hold(usd("0.1"), next_month.after_ms(DAY_MS as u64)).unwrap_err();
    assert_eq!((error.kind, &error.details["window"]), (ErrorKind::OverBudget, &"session".into()));
    assert_eq!(error.details["leftPusd"], 0);
    assert_eq!(budget.spent(), usd("2"));
}

#[test]
fn money_counts_where_it_was_held() {
    let mut budget = all(["9", "1", "9", "9"]);
    let hold = budget.hold(usd("1"), NOW).unwrap();
    let tomorrow = NOW.after_ms(3_600_000);
    assert_eq!(budget.left(tomorrow), Some(usd("1")));
    budget.settle(hold, usd("0.25"));
    assert_eq!(budget.left(tomorrow), Some(usd("1")));
    assert_eq!(budget.left(NOW), Some(usd("0.75")));
}

#[test]
fn a_crash_between_sending_and_settling_loses_nothing() {
    let mut budget = all(["1", "1", "1", "1"]);
    let hold = budget.hold(usd("0.4"), NOW).unwrap();
    let stored = serde_json::to_vec(&budget).unwrap();
    drop(budget);
    let mut budget = Budget::parse(&stored).unwrap();
    assert_eq!(budget.left(NOW), Some(usd("0.6")));
    assert_eq!(budget.holds()[0].id, hold);
    budget.settle(hold, usd("0.1"));
    budget.settle(hold, usd("0.1"));
    assert_eq!(budget.left(NOW), Some(usd("0.9")));
    assert!(Budget::parse(b"{\"limits\":5}").is_err());
}

#[test]
fn a_ledger_that_lost_count_gives_no_name_twice() {
    for next in ["", "\"nextId\":1,", "\"nextId\":18446744073709551615,"] {
        let hold = r#"{"id":3,"amount":"0.5","at":1796079600000}"#;
        let text = format!(r#"{{"limits":[],"ledger":{{{next}"holds":[{hold}]}}}}"#);
        let mut budget = Budget::parse(text.as_bytes()).unwrap();
        let id = budget.hold(usd("0.1"), NOW).unwrap();
        budget.settle(id, usd("0.1"));
        assert_eq!(budget.holds()[0].amount, usd("0.5"), "{text}");
    }
}

#[test]
fn a_soft_limit_bends_the_policy_and_refuses_nothing() {
    let mut budget = Budget::new(alloc::vec![Limit::soft(Window::Day, usd("1"))]);
    let policy = Policy::default();
    assert_eq!(budget.bend(&policy, NOW).preset, policy.preset);
    let hold = budget.hold(usd("5"), NOW).unwrap();
    assert_eq!(budget.bend(&policy, NOW).preset, Preset::Bulk);
    budget.release(hold);
    assert_eq!(budget.bend(&policy, NOW), policy);
}

#[test]
fn old_days_are_summed_up() {
    let mut budget = all(["100", "100", "100", "100"]);
    for day in 0..400 {
        let at = NOW.after_ms(day * DAY_MS as u64);
        let hold = budget.hold(usd("0.1"), at).unwrap();
        budget.settle(hold, usd("0.01"));
    }
    assert!(budget.ledger.settled.len() <= 33);
    assert_eq!(budget.spent(), usd("4"));
}

/// Many calls at once, in every order a seed can think of: hold, settle, release, crash.
#[test]
fn no_interleaving_overspends() {
    let mut draw = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = |below: u64| {
        draw ^= draw << 13;
        draw ^= draw >> 7;
        draw ^= draw << 17;
        draw % below
    };
    for round in 0..500 {
        let limit = Pusd::from_pusd(1_000 + next(9_000));
        let window = [Window::Day, Window::Month, Window::Session][round % 3];
        let mut budget = Budget::new(alloc::vec![Limit::hard(window, limit)]);
        let (mut open, mut spent) = (Vec::new(), 0);
        for _ in 0..200 {
            match next(10) {
                0..=4 => {
                    let worst = next(2_000);
                    if let Ok(id) = budget.hold(Pusd::from_pusd(worst), NOW) {
                        open.push((id, worst));
                    }
                }
                5..=7 if !open.is_empty() => {
                    let place = next(open.len() as u64) as usize;
                    let (id, worst) = open.swap_remove(place);
                    let cost = next(worst + 1);
                    spent += cost;
                    budget.settle(id, Pusd::from_pusd(cost));
                }
                8 if !open.is_empty() => {
                    let (id, _) = open.swap_remove(0);
                    budget.release(id);
                }
                9 => budget = Budget::parse(&serde_json::to_vec(&budget).unwrap()).unwrap(),
                _ => {}
            }
            let held: u64 = open.iter().map(|(_, worst)| worst).sum();
            assert!(spent + held <= limit.as_pusd());
            assert_eq!(budget.spent().as_pusd(), spent);
            assert_eq!(budget.left(NOW).unwrap().as_pusd(), limit.as_pusd() - spent - held);
        }
    }
}
