//! Numbers with a point or an exponent, and those beyond 64 bits.
//!
//! The number is a whole one times a power of ten, as serde_json takes it: digits beyond those that
//! fit 64 bits are noughts. The powers are computed exactly and rounded once, for a list of all of
//! them is two and a half thousand bytes that do not pack.

use alloc::vec::Vec;

/// The float that a number of JSON stands for; nothing when it is out of range. The text is a number.
pub(super) fn float(text: &str) -> Option<f64> {
    let (is_negative, text) = match text.strip_prefix('-') {
        Some(text) => (true, text),
        None => (false, text),
    };
    let mut digits = 0_u64;
    let mut exponent = 0_i32;
    let (mut has_point, mut is_full) = (false, false);
    let mut rest = text.as_bytes().iter();
    for byte in rest.by_ref() {
        match byte {
            b'.' => (has_point, is_full) = (true, false),
            b'e' | b'E' => break,
            digit => match and(digits, *digit).filter(|_| !is_full) {
                Some(more) => {
                    digits = more;
                    exponent -= i32::from(has_point);
                }
                None => {
                    is_full = true;
                    exponent += i32::from(!has_point);
                }
            },
        }
    }
    let rest = rest.as_slice();
    let (is_down, written) = match rest {
        [b'-', written @ ..] => (true, written),
        [b'+', written @ ..] => (false, written),
        written => (false, written),
    };
    let written = written.iter().try_fold(0_u64, |all, digit| and(all, *digit));
    // Beyond any power that there is.
    let written = written.map_or(i32::MAX, |written| written.min(i32::MAX as u64) as i32);
    let exponent = match is_down {
        true => exponent.saturating_sub(written),
        false => exponent.saturating_add(written),
    };
    let size = times_power(digits as f64, exponent)?;
    Some(if is_negative { -size } else { size })
}

/// The number with one more digit behind it, if 64 bits hold that.
pub(super) fn and(number: u64, digit: u8) -> Option<u64> {
    // Not `checked_mul`, which multiplies by 128 bits where there is no instruction for it.
    let tenfold = (number <= u64::MAX / 10).then(|| number * 10)?;
    tenfold.checked_add(u64::from(digit - b'0'))
}

fn times_power(number: f64, exponent: i32) -> Option<f64> {
    if number == 0.0 {
        return Some(number);
    }
    let (mut number, mut exponent) = (number, exponent);
    while exponent < -GREATEST {
        number /= power_of_ten(GREATEST);
        if number == 0.0 {
            return Some(number);
        }
        exponent += GREATEST;
    }
    if exponent < 0 {
        return Some(number / power_of_ten(-exponent));
    }
    let number = number * power_of_ten(exponent.min(GREATEST));
    (number.is_finite() && exponent <= GREATEST).then_some(number)
}

/// The float nearest to ten to a power of at most [`GREATEST`].
fn power_of_ten(power: i32) -> f64 {
    // Nearly all there are: a float holds them as they are.
    if let Some(small) = 10_u64.checked_pow(power as u32) {
        return small as f64;
    }
    // Five to the power, the lowest part first: what is left of ten is a power of two.
    let mut parts: Vec<u32> = Vec::with_capacity(23);
    parts.push(1);
    let mut left = power as u32;
    while left > 0 {
        let step = left.min(13);
        let factor = u64::from(5_u32.pow(step));
        let mut carry = 0;
        for part in &mut parts {
            let product = u64::from(*part) * factor + carry;
            *part = product as u32;
            carry = product >> 32;
        }
        if carry > 0 {
            parts.push(carry as u32);
        }
        left -= step;
    }
    // Its first 64 bits, the last of them set if any below is: a float holds fewer, and rounds once.
    let mut first = 0_u64;
    let mut below = 0;
    for part in parts.iter().rev() {
        let room = first.leading_zeros().min(32);
        let part = u64::from(*part) << room;
        first = first << room | part >> 32 | u64::from(part as u32 > 0);
        below += 32 - room as i32;
    }
    let scale = f64::from_bits(((1023 + power + below) as u64) << 52);
    first as f64 * scale
}

/// The greatest power of ten that a float holds.
const GREATEST: i32 = 308;
