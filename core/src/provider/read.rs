//! Reading JSON strictly, with errors that name the place.
//!
//! The place is written on the way out of a failure, so that success costs nothing.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde_json::{Map, Value};

use crate::error::Error;
use crate::request::{Effort, ServiceTier};
use crate::sorted::SortedMap;

/// What is wrong with a value, and where it is, innermost step first.
///
/// Boxed, so that what is read need not make room for it.
#[derive(Debug)]
pub(crate) struct Problem(Box<Trouble>);

#[derive(Debug)]
struct Trouble {
    steps: Vec<String>,
    what: String,
}

pub(crate) type Read<T> = Result<T, Problem>;

impl Problem {
    /// A sentence that follows the place: `is a number; it must be text`.
    pub(crate) fn new(what: impl Into<String>) -> Self {
        Self(Box::new(Trouble { steps: Vec::new(), what: what.into() }))
    }

    #[cold]
    fn inside(mut self, step: String) -> Self {
        self.0.steps.push(step);
        self
    }

    /// The `invalid_request` of it.
    pub(crate) fn into_error(self) -> Error {
        let mut path = String::new();
        for step in self.0.steps.iter().rev() {
            if !path.is_empty() && !step.starts_with('[') {
                path.push('.');
            }
            path.push_str(step);
        }
        if path.is_empty() {
            path.push_str("body");
        }
        Error::invalid_request(format!("`{path}` {}", self.0.what)).with("path", path)
    }
}

/// Adds a step to the place of a failure.
pub(crate) trait At {
    fn at(self, key: &str) -> Self;
    fn at_index(self, index: usize) -> Self;
}

impl<T> At for Read<T> {
    fn at(self, key: &str) -> Self {
        self.map_err(|problem| problem.inside(key.to_string()))
    }

    fn at_index(self, index: usize) -> Self {
        self.map_err(|problem| problem.inside(format!("[{index}]")))
    }
}

pub(crate) fn object(value: &Value) -> Read<&Map<String, Value>> {
    value.as_object().ok_or_else(|| wrong_type(value, "an object"))
}

pub(crate) fn text(value: &Value) -> Read<&str> {
    value.as_str().ok_or_else(|| wrong_type(value, "text"))
}

pub(crate) fn owned(value: &Value) -> Read<String> {
    text(value).map(String::from)
}

pub(crate) fn boolean(value: &Value) -> Read<bool> {
    value.as_bool().ok_or_else(|| wrong_type(value, "true or false"))
}

pub(crate) fn tokens(value: &Value) -> Read<u32> {
    let whole = value.as_u64().or_else(|| whole_float(value));
    whole
        .and_then(|tokens| u32::try_from(tokens).ok())
        .ok_or_else(|| wrong_type(value, "a whole number of at most 4294967295"))
}

/// A fraction such as a temperature, in thousandths.
pub(crate) fn thousandths(value: &Value) -> Read<u32> {
    let wrong = || wrong_type(value, "a number from 0 to 1000");
    let number = value.as_f64().ok_or_else(wrong)?;
    if !(0.0..=1000.0).contains(&number) {
        return Err(wrong());
    }
    Ok((number * 1000.0 + 0.5) as u32)
}

/// The items of a list, each read in the same way.
pub(crate) fn list<T>(value: &Value, read: fn(&Value) -> Read<T>) -> Read<Vec<T>> {
    let items = value.as_array().ok_or_else(|| wrong_type(value, "a list"))?;
    let mut all = Vec::with_capacity(items.len());
    for (index, item) in items.iter().enumerate() {
        all.push(read(item).at_index(index)?);
    }
    Ok(all)
}

/// A field; nothing when it is absent or null.
///
/// The reader is a plain function: a closure's own type would make a copy of this for each field.
pub(crate) fn field<'a, T>(
    map: &'a Map<String, Value>,
    key: &str,
    read: fn(&'a Value) -> Read<T>,
) -> Read<Option<T>> {
    match given(map, key) {
        None => Ok(None),
        Some(value) => read(value).at(key).map(Some),
    }
}

/// A field that must be there.
pub(crate) fn require<'a, T>(
    map: &'a Map<String, Value>,
    key: &str,
    read: fn(&'a Value) -> Read<T>,
) -> Read<T> {
    read(given(map, key).ok_or_else(|| lacks(key))?).at(key)
}

/// A field as it stands; nothing when it is absent or null.
pub(crate) fn given<'a>(map: &'a Map<String, Value>, key: &str) -> Option<&'a Value> {
    map.get(key).filter(|value| !value.is_null())
}

/// The problem of a field that must be there and is not.
pub(crate) fn lacks(key: &str) -> Problem {
    Problem::new(format!("lacks `{key}`"))
}

/// A map of text to text.
pub(crate) fn labels(value: &Value) -> Read<SortedMap<String, String>> {
    let entries = object(value)?.iter();
    entries.map(|(key, value)| Ok((key.clone(), owned(value).at(key)?))).collect()
}

/// One text or a list of them.
pub(crate) fn texts(value: &Value) -> Read<Vec<String>> {
    match value {
        Value::String(text) => Ok(alloc::vec![text.clone()]),
        _ => list(value, owned),
    }
}

pub(crate) fn effort(value: &Value) -> Read<Effort> {
    Ok(match text(value)? {
        "none" => Effort::None,
        "minimal" => Effort::Minimal,
        "low" => Effort::Low,
        "medium" => Effort::Medium,
        "high" => Effort::High,
        "xhigh" => Effort::Xhigh,
        "max" => Effort::Max,
        other => {
            return Err(Problem::new(format!(
                "is no effort; it must be none, minimal, low, medium, high, xhigh or max: {other}"
            )));
        }
    })
}

/// The lane, or nothing where the provider chooses it or it has no name here.
pub(crate) fn service_tier(value: &Value) -> Read<Option<ServiceTier>> {
    Ok(match text(value)? {
        "default" | "standard" | "standard_only" => Some(ServiceTier::Standard),
        "batch" => Some(ServiceTier::Batch),
        "flex" => Some(ServiceTier::Flex),
        "priority" => Some(ServiceTier::Priority),
        "ultrafast" => Some(ServiceTier::Ultrafast),
        _ => None,
    })
}

/// A counter of a usage report; zero when it is absent or no whole number.
pub(crate) fn counter(report: &Value, key: &str) -> u64 {
    // A sum of a few counters stays far below overflow.
    report.get(key).and_then(Value::as_u64).unwrap_or(0).min(1 << 53)
}

/// JSON text of a value, as compact as it can be written.
pub(crate) fn compact(value: &Value) -> String {
    crate::json::text(value)
}

/// The problem of a value that is of another type than it must be.
pub(crate) fn wrong_type(value: &Value, right: &str) -> Problem {
    let is = match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    };
    if is == right.split(' ').take(2).collect::<Vec<_>>().join(" ") {
        return Problem::new(format!("is out of range; it must be {right}"));
    }
    Problem::new(format!("is {is}; it must be {right}"))
}

fn whole_float(value: &Value) -> Option<u64> {
    let number = value.as_f64()?;
    let whole = number as u64;
    (whole as f64 == number).then_some(whole)
}
