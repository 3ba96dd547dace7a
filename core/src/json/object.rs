//! JSON values written field by field.
//!
//! `serde_json::json!` serialises every field and takes the failure apart that cannot be; in what a
//! page downloads that is most of what a request body takes to write.

use alloc::string::String;
use alloc::vec::Vec;

use serde_json::{Map, Value};

use crate::sorted::SortedMap;

/// What has a value in JSON without fail.
pub(crate) trait ToJson {
    fn to_json(&self) -> Value;
}

/// An object of these fields, in this order.
macro_rules! object {
    ($($key:expr => $value:expr),* $(,)?) => {{
        #[allow(unused_mut)]
        let mut fields = serde_json::Map::new();
        $($crate::json::put(&mut fields, $key, &$value);)*
        serde_json::Value::Object(fields)
    }};
}
pub(crate) use object;

/// Sets a field.
#[inline(never)]
pub(crate) fn put(fields: &mut Map<String, Value>, key: &str, value: &dyn ToJson) {
    set(fields, key, value.to_json());
}

/// Sets a field to a value that is there already.
#[inline(never)]
pub(crate) fn set(fields: &mut Map<String, Value>, key: &str, value: Value) {
    fields.insert(String::from(key), value);
}

impl ToJson for Value {
    fn to_json(&self) -> Value {
        self.clone()
    }
}

impl ToJson for Map<String, Value> {
    fn to_json(&self) -> Value {
        Value::Object(self.clone())
    }
}

impl ToJson for str {
    fn to_json(&self) -> Value {
        Value::String(String::from(self))
    }
}

impl ToJson for String {
    fn to_json(&self) -> Value {
        self.as_str().to_json()
    }
}

impl ToJson for bool {
    fn to_json(&self) -> Value {
        Value::Bool(*self)
    }
}

impl ToJson for u64 {
    fn to_json(&self) -> Value {
        Value::from(*self)
    }
}

impl<T: ToJson> ToJson for Option<T> {
    fn to_json(&self) -> Value {
        self.as_ref().map_or(Value::Null, T::to_json)
    }
}

impl<T: ToJson> ToJson for Vec<T> {
    fn to_json(&self) -> Value {
        self.as_slice().to_json()
    }
}

impl<T: ToJson, const N: usize> ToJson for [T; N] {
    fn to_json(&self) -> Value {
        self.as_slice().to_json()
    }
}

impl<T: ToJson> ToJson for [T] {
    fn to_json(&self) -> Value {
        Value::Array(self.iter().map(T::to_json).collect())
    }
}

impl ToJson for SortedMap<String, String> {
    fn to_json(&self) -> Value {
        let fields = self.iter().map(|(key, value)| (key.clone(), value.to_json()));
        Value::Object(fields.collect())
    }
}

impl<T: ToJson + ?Sized> ToJson for &T {
    fn to_json(&self) -> Value {
        (*self).to_json()
    }
}
