//! Money as integers: how much, and how much for a token.
//!
//! A pico-dollar is a millionth of a millionth of a US dollar. A price of $1 per million tokens is
//! exactly 1,000,000 pico-dollars per token, so every published price of up to six decimals is an
//! integer, products of prices and token counts are exact, and sums do not depend on their order.
//! Dollars appear as text, and only at the edge.

use alloc::format;
use alloc::string::String;
use core::fmt;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::error::Error;
use crate::json::{Node, Readable, Unreadable, Writable, Writer, parsed};

/// An amount of money in pico-dollars, from $0 to about $18.4 million.
///
/// As text and in JSON it is an exact decimal number of dollars, such as `"0.00123"`.
///
/// # Examples
///
/// ```
/// use farebox_core::money::Pusd;
///
/// let fare = Pusd::parse("0.25")?;
/// assert_eq!(fare.as_pusd(), 250_000_000_000);
/// assert_eq!(fare.to_string(), "0.25");
/// # Ok::<(), farebox_core::error::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pusd(u64);

/// The difference of two amounts, in pico-dollars; negative when the second was larger.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PusdDelta(i128);

/// A price in pico-dollars for one unit, usually one token.
///
/// As text and in JSON it is dollars per million units, such as `"2.50"`: what price lists print.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rate(u64);

impl Pusd {
    /// No money.
    pub const ZERO: Self = Self(0);
    /// The largest amount that can be held, about $18.4 million.
    pub const MAX: Self = Self(u64::MAX);

    /// This many pico-dollars.
    pub const fn from_pusd(pusd: u64) -> Self {
        Self(pusd)
    }

    /// Reads a decimal number of dollars with up to twelve decimals, such as `0.00123` or `$5`.
    ///
    /// # Errors
    ///
    /// `invalid_request` when the text is no such number, or the amount is over the maximum.
    pub fn parse(text: &str) -> Result<Self, Error> {
        parse_decimal(text, 12).map(Self)
    }

    /// The amount in pico-dollars.
    pub const fn as_pusd(self) -> u64 {
        self.0
    }

    /// Whether it is no money.
    pub const fn is_zero(&self) -> bool {
        self.0 == 0
    }

    /// The sum, or nothing over the maximum.
    pub const fn checked_add(self, other: Self) -> Option<Self> {
        match self.0.checked_add(other.0) {
            Some(sum) => Some(Self(sum)),
            None => None,
        }
    }

    /// The difference, or nothing below zero.
    pub const fn checked_sub(self, other: Self) -> Option<Self> {
        match self.0.checked_sub(other.0) {
            Some(rest) => Some(Self(rest)),
            None => None,
        }
    }

    /// The sum, held at the maximum.
    pub const fn saturating_add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// The difference, held at zero.
    pub const fn saturating_sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }

    /// What this amount is more than the other; negative when it is less.
    pub const fn minus(self, other: Self) -> PusdDelta {
        PusdDelta(self.0 as i128 - other.0 as i128)
    }

    /// This amount times `ppm` millionths, rounded half up; nothing over the maximum.
    pub fn checked_mul_ppm(self, ppm: u64) -> Option<Self> {
        let product = u128::from(self.0) * u128::from(ppm) + 500_000;
        u64::try_from(product / 1_000_000).ok().map(Self)
    }
}

impl PusdDelta {
    /// The difference in pico-dollars.
    pub const fn as_pusd(self) -> i128 {
        self.0
    }

    /// Reads what its `Display` writes.
    fn parse(text: &str) -> Result<Self, Error> {
        let (negative, rest) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let pusd = i128::from(Pusd::parse(rest)?.as_pusd());
        Ok(Self(if negative { -pusd } else { pusd }))
    }

    /// Whether the first amount was the smaller one.
    pub const fn is_negative(self) -> bool {
        self.0 < 0
    }
}

impl Rate {
    /// Costs nothing.
    pub const ZERO: Self = Self(0);

    /// This many pico-dollars for one unit.
    pub const fn from_pusd_per_unit(pusd: u64) -> Self {
        Self(pusd)
    }

    /// Reads dollars per million units with up to six decimals, such as `2.50` or `0.0375`.
    ///
    /// # Errors
    ///
    /// `invalid_request` when the text is no such number, or the price is over the maximum.
    pub fn parse(usd_per_million: &str) -> Result<Self, Error> {
        parse_decimal(usd_per_million, 6).map(Self)
    }

    /// Pico-dollars for one unit.
    pub const fn as_pusd_per_unit(self) -> u64 {
        self.0
    }

    /// The price of this many units, or nothing over the maximum.
    pub const fn checked_times(self, units: u64) -> Option<Pusd> {
        match self.0.checked_mul(units) {
            Some(pusd) => Some(Pusd(pusd)),
            None => None,
        }
    }
}

impl fmt::Display for Pusd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&decimal(u128::from(self.0), 12))
    }
}

impl fmt::Display for PusdDelta {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        f.pad(&format!("{sign}{}", decimal(self.0.unsigned_abs(), 12)))
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&decimal(u128::from(self.0), 6))
    }
}

impl Readable for Pusd {
    fn blank() -> Self {
        Self::ZERO
    }

    fn read(&mut self, value: &Node<'_>) -> Result<(), Unreadable> {
        *self = parsed(value, Self::parse)?;
        Ok(())
    }
}

impl Writable for Pusd {
    fn write(&self, out: &mut Writer) {
        out.display(self);
    }
}

impl Serialize for Pusd {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Pusd {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(|error| D::Error::custom(error.message))
    }
}

impl Readable for PusdDelta {
    fn blank() -> Self {
        Self::default()
    }

    fn read(&mut self, value: &Node<'_>) -> Result<(), Unreadable> {
        *self = parsed(value, Self::parse)?;
        Ok(())
    }
}

impl Writable for PusdDelta {
    fn write(&self, out: &mut Writer) {
        out.display(self);
    }
}

impl Serialize for PusdDelta {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for PusdDelta {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(|error| D::Error::custom(error.message))
    }
}

impl Readable for Rate {
    fn blank() -> Self {
        Self::ZERO
    }

    fn read(&mut self, value: &Node<'_>) -> Result<(), Unreadable> {
        *self = parsed(value, Self::parse)?;
        Ok(())
    }
}

impl Writable for Rate {
    fn write(&self, out: &mut Writer) {
        out.display(self);
    }
}

impl Serialize for Rate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Rate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(|error| D::Error::custom(error.message))
    }
}

/// Reads an unsigned decimal number as an integer of 10^-`decimals`.
fn parse_decimal(text: &str, decimals: u32) -> Result<u64, Error> {
    let wrong = || {
        Error::invalid_request(format!(
            "an amount is digits with at most {decimals} decimals, such as `0.25`: {text}"
        ))
    };
    // By bytes: a catalogue holds hundreds, and is read by code that was compiled a moment ago.
    let body = text.strip_prefix('$').unwrap_or(text).as_bytes();
    let mut parts = body.splitn(2, |byte| *byte == b'.');
    let (whole, mut fraction) =
        (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    while let [before @ .., b'0'] = fraction {
        fraction = before;
    }
    if whole.is_empty() || fraction.len() > decimals as usize {
        return Err(wrong());
    }
    let too_large = || Error::invalid_request(format!("an amount is too large to hold: {text}"));
    let mut units: u64 = 0;
    for &digit in whole.iter().chain(fraction) {
        if !digit.is_ascii_digit() {
            return Err(wrong());
        }
        // Not `checked_mul`, which multiplies by 128 bits where there is no instruction for it.
        let tenfold = (units <= u64::MAX / 10).then(|| units * 10);
        let more = tenfold.and_then(|tenfold| tenfold.checked_add(u64::from(digit - b'0')));
        units = more.ok_or_else(too_large)?;
    }
    let padding = decimals as usize - fraction.len();
    units.checked_mul(10_u64.pow(padding as u32)).ok_or_else(too_large)
}

/// Writes an integer of 10^-`decimals` as a decimal number without trailing zeros.
fn decimal(units: u128, decimals: u32) -> String {
    let decimals = decimals as usize;
    let mut digits = match u64::try_from(units) {
        Ok(units) => format!("{units:0width$}", width = decimals + 1),
        // Nothing else is written that is wider than 64 bits: both parts of it fit.
        Err(_) => format!("{}{:019}", (units / E19) as u64, (units % E19) as u64),
    };
    let point = digits.len() - decimals;
    let fraction = digits.get(point..).unwrap_or_default().trim_end_matches('0').len();
    digits.truncate(point + fraction);
    if fraction > 0 {
        digits.insert(point, '.');
    }
    digits
}

const E19: u128 = 10_000_000_000_000_000_000;

#[cfg(feature = "ts")]
#[wasm_bindgen::prelude::wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
/** An exact decimal number of US dollars, such as "0.00123"; `Number(amount)` is for display. */
export type Pusd = string;
/** An exact decimal number of US dollars that may be negative. */
export type PusdDelta = string;
/** US dollars for a million units, as price lists print them, such as "2.5". */
export type Rate = string;
"#;

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::*;

    #[test]
    fn text_and_integer_are_the_same_amount() {
        for (text, pusd) in [("0", 0), ("0.000000000001", 1), ("1", 1_000_000_000_000)] {
            assert_eq!(Pusd::parse(text).unwrap().as_pusd(), pusd);
            assert_eq!(Pusd::from_pusd(pusd).to_string(), text);
        }
        assert_eq!(Pusd::MAX.to_string(), "18446744.073709551615");
        let widest = "170141183460469231731687303.715884105728";
        assert_eq!(decimal(i128::MIN.unsigned_abs(), 12), widest);
        assert_eq!(decimal(30_000_000_000_000_000_000, 12), "30000000");
        assert_eq!(Rate::parse("2.50").unwrap().as_pusd_per_unit(), 2_500_000);
        assert_eq!(Rate::parse("0.0375").unwrap().to_string(), "0.0375");
    }

    #[test]
    fn what_is_no_amount_is_refused() {
        for text in ["", ".", ".5", "-1", "1e3", "NaN", "1,5", "0.0000000000001", "99999999999"] {
            assert!(Pusd::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_difference_keeps_its_sign() {
        let less = Pusd::from_pusd(1).minus(Pusd::from_pusd(500_000_000_001));
        assert_eq!(less.to_string(), "-0.5");
        assert!(less.is_negative());
    }
}
