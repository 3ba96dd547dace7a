//! Sums over rows: how far counts were from bills, and what was spent.

use std::collections::BTreeMap;

use farebox_core::money::Pusd;

use super::routed::Routed;
use super::row::{Audited, dollars};

/// Everything the table and the report show.
#[derive(Default)]
pub(crate) struct Tally {
    pub(crate) by_provider: BTreeMap<String, Errors>,
    pub(crate) by_class: BTreeMap<String, Errors>,
    pub(crate) by_model: BTreeMap<String, Errors>,
    pub(crate) spend: Spend,
    pub(crate) routed: Routed,
    pub(crate) rows: u64,
    pub(crate) skipped: u64,
}

/// What was billed, and what was estimated before.
#[derive(Default)]
pub(crate) struct Spend {
    pub(crate) billed: Pusd,
    pub(crate) rows: u64,
    pub(crate) covered: u64,
    pub(crate) low: f64,
    pub(crate) expected: f64,
    pub(crate) high: f64,
}

/// How far counted prompts were from billed ones.
pub(crate) struct Errors {
    pub(crate) rows: u64,
    pub(crate) exact: u64,
    pub(crate) within_two: u64,
    pub(crate) covered: u64,
    error_sum: f64,
    width_sum: f64,
    /// Rows by their error in steps of a twentieth of a per cent; the last holds all beyond.
    histogram: Vec<u32>,
}

impl Tally {
    pub(crate) fn add(&mut self, row: &Audited) {
        self.rows += 1;
        let Some(usage) = &row.usage else { return };
        let groups = [
            (&mut self.by_provider, row.provider.clone()),
            (&mut self.by_class, format!("{}: {}", row.provider, row.class)),
            (&mut self.by_model, row.model.clone()),
        ];
        for (group, key) in groups {
            // A log of nonsense names must not grow without end.
            if group.len() < MAX_GROUPS || group.contains_key(&key) {
                group.entry(key).or_default().add(row, usage.input_tokens());
            }
        }
        if let (Some(billed), Some(cost)) = (row.billed, row.estimate.cost)
            && usage.output_tokens() > 0
        {
            self.spend.rows += 1;
            self.spend.billed = self.spend.billed.saturating_add(billed);
            self.spend.covered += u64::from(cost.low <= billed && billed <= cost.high);
            self.spend.low += dollars(cost.low);
            self.spend.expected += dollars(cost.expected);
            self.spend.high += dollars(cost.high);
        }
    }
}

impl Errors {
    fn add(&mut self, row: &Audited, billed_tokens: u64) {
        let counted = &row.estimate.input.tokens;
        let off = counted.expected.abs_diff(billed_tokens);
        let error = off as f64 / billed_tokens as f64;
        self.rows += 1;
        self.exact += u64::from(off == 0);
        self.within_two += u64::from(off <= 2);
        self.covered += u64::from((counted.low..=counted.high).contains(&billed_tokens));
        self.error_sum += error;
        let width = (counted.high - counted.low) as f64 / 2.0;
        self.width_sum += width / counted.expected.max(1) as f64;
        let bucket = ((error * STEPS) as usize).min(BUCKETS - 1);
        if let Some(rows) = self.histogram.get_mut(bucket) {
            *rows += 1;
        }
    }

    pub(crate) fn mean_error(&self) -> f64 {
        self.error_sum / self.rows.max(1) as f64
    }

    pub(crate) fn mean_half_width(&self) -> f64 {
        self.width_sum / self.rows.max(1) as f64
    }

    /// The error that 95 in 100 rows stay within.
    pub(crate) fn p95_error(&self) -> f64 {
        let wanted = (self.rows as f64 * 0.95).ceil() as u64;
        let mut seen = 0;
        for (bucket, rows) in self.histogram.iter().enumerate() {
            seen += u64::from(*rows);
            if seen >= wanted {
                return bucket as f64 / STEPS;
            }
        }
        BUCKETS as f64 / STEPS
    }

    pub(crate) fn share(&self, rows: u64) -> f64 {
        rows as f64 / self.rows.max(1) as f64
    }
}

impl Default for Errors {
    fn default() -> Self {
        Self {
            rows: 0,
            exact: 0,
            within_two: 0,
            covered: 0,
            error_sum: 0.0,
            width_sum: 0.0,
            histogram: vec![0; BUCKETS],
        }
    }
}

const MAX_GROUPS: usize = 500;
const STEPS: f64 = 2_000.0;
const BUCKETS: usize = 4_001;
