//! Numbers and tables for people; programs take `--json`.

use farebox_core::count::{Basis, TokenRange};
use farebox_core::estimate::CostRange;
use farebox_core::money::Pusd;

/// A number with commas between thousands.
pub(crate) fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// An amount in dollars: whole cents from a dollar up, four significant digits below.
pub(crate) fn dollars(amount: Pusd) -> String {
    let pusd = amount.as_pusd();
    let mut unit = PUSD_PER_CENT;
    while pusd < PUSD_PER_DOLLAR && unit > 1 && pusd / unit < 1_000 {
        unit /= 10;
    }
    let rounded = (pusd / unit + u64::from(pusd % unit * 2 >= unit)).saturating_mul(unit);
    if pusd >= PUSD_PER_DOLLAR {
        let (whole, cents) = (rounded / PUSD_PER_DOLLAR, rounded % PUSD_PER_DOLLAR / PUSD_PER_CENT);
        return format!("${}.{cents:02}", count(whole));
    }
    format!("${}", Pusd::from_pusd(rounded))
}

/// What is expected, and between which bounds where they are not the same.
pub(crate) fn tokens(range: TokenRange) -> String {
    let expected = count(range.expected);
    if range.low == range.high {
        return expected;
    }
    format!("{expected} ({} to {})", count(range.low), count(range.high))
}

/// What is expected, and between which bounds.
pub(crate) fn cost(range: Option<CostRange>) -> String {
    let Some(range) = range else { return "no published price".into() };
    let expected = dollars(range.expected);
    if range.low == range.high {
        return expected;
    }
    format!("{expected} ({} to {})", dollars(range.low), dollars(range.high))
}

/// Why a count is not exact; nothing where it is.
pub(crate) fn doubt(basis: &Basis) -> Option<String> {
    match basis {
        Basis::Exact => None,
        Basis::Approximate { why, .. } => Some(why.join("; ")),
    }
}

/// Rows in columns; the first column is aligned to the left, and so is the last.
pub(crate) fn table(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let mut text = String::new();
    for row in rows {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(&widths) {
            line.push_str(&format!("{cell:<width$}  "));
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

const PUSD_PER_DOLLAR: u64 = 1_000_000_000_000;
const PUSD_PER_CENT: u64 = PUSD_PER_DOLLAR / 100;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_rounded_where_nobody_reads_on() {
        let shown = |text: &str| dollars(Pusd::parse(text).unwrap());
        assert_eq!(shown("0"), "$0");
        assert_eq!(shown("0.0000123456"), "$0.00001235");
        assert_eq!(shown("0.0105"), "$0.0105");
        assert_eq!(shown("0.99999"), "$1");
        assert_eq!(shown("12345.678"), "$12,345.68");
    }
}
