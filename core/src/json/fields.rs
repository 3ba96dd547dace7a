//! Enums that say which of their variants they are in a field called `type`.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use serde::de::{Deserialize, DeserializeOwned, Deserializer, Error};
use serde_json::{Map, Value};

use super::{Unreadable, read};

/// The fields of an object, to be taken one by one.
pub(crate) struct Fields {
    left: Map<String, Value>,
    asked: Vec<&'static str>,
}

impl Fields {
    /// The object's `type` and its other fields.
    pub(crate) fn of<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<(String, Self), D::Error> {
        Self::split(Value::deserialize(deserializer)?).map_err(D::Error::custom)
    }

    fn split(value: Value) -> Result<(String, Self), &'static str> {
        let Value::Object(mut left) = value else {
            return Err("invalid type: an object with a field `type` would be right");
        };
        match left.shift_remove("type") {
            Some(Value::String(name)) => Ok((name, Self { left, asked: Vec::new() })),
            Some(_) => Err("invalid type: a field `type` is a string"),
            None => Err("missing field `type`"),
        }
    }

    /// A field that must be there.
    pub(crate) fn take<T: DeserializeOwned>(
        &mut self,
        name: &'static str,
    ) -> Result<T, Unreadable> {
        match self.next(name) {
            Some(value) => read(&value),
            None => Err(Unreadable(format!("missing field `{name}`"))),
        }
    }

    /// A field that may be left out.
    pub(crate) fn take_or_default<T: DeserializeOwned + Default>(
        &mut self,
        name: &'static str,
    ) -> Result<T, Unreadable> {
        self.next(name).map_or_else(|| Ok(T::default()), |value| read(&value))
    }

    /// Checks that nothing is left that nobody asked for.
    pub(crate) fn end(&self) -> Result<(), Unreadable> {
        let Some(name) = self.left.keys().next() else { return Ok(()) };
        let known = match self.asked.as_slice() {
            [] => "there are no fields".into(),
            [only] => format!("expected `{only}`"),
            several => format!("expected one of {}", quoted(several)),
        };
        Err(Unreadable(format!("unknown field `{name}`, {known}")))
    }

    /// The complaint about a `type` that is none of these.
    pub(crate) fn unknown(name: &str, types: &[&str]) -> Unreadable {
        Unreadable(format!("unknown variant `{name}`, expected one of {}", quoted(types)))
    }

    fn next(&mut self, name: &'static str) -> Option<Value> {
        self.asked.push(name);
        self.left.shift_remove(name)
    }
}

fn quoted(names: &[&str]) -> String {
    format!("`{}`", names.join("`, `"))
}

/// Reads an enum by its `type`: each variant with the name it has in JSON, each field likewise;
/// a field with `default` may be left out.
macro_rules! tagged {
    ($all:ident {
        $($name:literal => $variant:ident {
            $($field:ident: $key:literal $($default:ident)?),* $(,)?
        },)*
    }) => {
        impl<'de> serde::Deserialize<'de> for $all {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                fn read(
                    name: &str,
                    fields: &mut $crate::json::Fields,
                ) -> Result<$all, $crate::json::Unreadable> {
                    let read = match name {
                        $($name => $all::$variant {
                            $($field: $crate::json::tagged!(@ fields, $key $($default)?),)*
                        },)*
                        _ => return Err($crate::json::Fields::unknown(name, &[$($name),*])),
                    };
                    fields.end()?;
                    Ok(read)
                }
                let (name, mut fields) = $crate::json::Fields::of(deserializer)?;
                read(&name, &mut fields).map_err(serde::de::Error::custom)
            }
        }
    };
    (@ $fields:ident, $key:literal default) => { $fields.take_or_default($key)? };
    (@ $fields:ident, $key:literal) => { $fields.take($key)? };
}
pub(crate) use tagged;
