//! JSON that is only looked at: texts stay slices of what was read, and objects are lists.
//!
//! An event of a stream is read once and mostly dropped again, so a tree that owns its words and
//! hashes its keys is most of the work. What is kept of it becomes a [`Value`].

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use serde_json::{Map, Number, Value};

/// A JSON value that borrows from what it was read from.
#[derive(Clone, Debug, PartialEq)]
pub enum Node<'a> {
    /// `null`.
    Null,
    /// A boolean.
    Bool(bool),
    /// A number.
    Number(Number),
    /// A text.
    String(Cow<'a, str>),
    /// A list.
    Array(Vec<Node<'a>>),
    /// The fields of an object, in the order they stand; the last one of a name counts.
    Object(Vec<(Cow<'a, str>, Node<'a>)>),
}

/// The fields of an object, in the order they stand.
pub(crate) type Fields<'a> = Vec<(Cow<'a, str>, Node<'a>)>;

impl<'a> Node<'a> {
    /// A field; the last one of a name counts.
    pub(crate) fn get(&self, key: &str) -> Option<&Self> {
        find(self.as_object()?, key)
    }

    pub(crate) fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    pub(crate) fn as_u64(&self) -> Option<u64> {
        match self {
            Self::Number(number) => number.as_u64(),
            _ => None,
        }
    }

    pub(crate) fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(is) => Some(*is),
            _ => None,
        }
    }

    pub(crate) fn as_array(&self) -> Option<&[Self]> {
        match self {
            Self::Array(items) => Some(items),
            _ => None,
        }
    }

    pub(crate) fn as_object(&self) -> Option<&[(Cow<'a, str>, Self)]> {
        match self {
            Self::Object(fields) => Some(fields),
            _ => None,
        }
    }

    pub(crate) fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    pub(crate) fn is_string(&self) -> bool {
        matches!(self, Self::String(_))
    }

    pub(crate) fn is_array(&self) -> bool {
        matches!(self, Self::Array(_))
    }

    pub(crate) fn is_object(&self) -> bool {
        matches!(self, Self::Object(_))
    }

    /// The value, to be kept.
    pub(crate) fn to_value(&self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Bool(is) => Value::Bool(*is),
            Self::Number(number) => Value::Number(number.clone()),
            Self::String(text) => Value::String(text.clone().into_owned()),
            Self::Array(items) => Value::Array(items.iter().map(Self::to_value).collect()),
            Self::Object(fields) => Value::Object(to_map(fields)),
        }
    }

    /// The same of a node that is needed no more.
    pub(crate) fn into_value(self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Bool(is) => Value::Bool(is),
            Self::Number(number) => Value::Number(number),
            Self::String(text) => Value::String(text.into_owned()),
            Self::Array(items) => Value::Array(items.into_iter().map(Self::into_value).collect()),
            Self::Object(fields) => {
                let fields = fields.into_iter();
                Value::Object(fields.map(|(key, it)| (key.into_owned(), it.into_value())).collect())
            }
        }
    }

    /// Whether the value kept is this one.
    pub(crate) fn is_value(&self, value: &Value) -> bool {
        match (self, value) {
            (Self::Null, Value::Null) => true,
            (Self::Bool(one), Value::Bool(other)) => one == other,
            (Self::Number(one), Value::Number(other)) => one == other,
            (Self::String(one), Value::String(other)) => one == other,
            (Self::Array(one), Value::Array(other)) => {
                one.len() == other.len() && one.iter().zip(other).all(|(it, is)| it.is_value(is))
            }
            (Self::Object(one), Value::Object(other)) => {
                let is_same = |(key, it): &(Cow<'_, str>, Self)| {
                    other.get(key.as_ref()).is_some_and(|is| it.is_value(is))
                };
                one.len() == other.len() && one.iter().all(is_same)
            }
            _ => false,
        }
    }
}

/// A field of an object; the last one of a name counts.
pub(crate) fn find<'n, 'a>(
    fields: &'n [(Cow<'a, str>, Node<'a>)],
    key: &str,
) -> Option<&'n Node<'a>> {
    fields.iter().rev().find(|(name, _)| name == key).map(|(_, value)| value)
}

/// The fields, to be kept.
pub(crate) fn to_map(fields: &[(Cow<'_, str>, Node<'_>)]) -> Map<String, Value> {
    fields.iter().map(|(key, value)| (key.clone().into_owned(), value.to_value())).collect()
}

impl<'a> From<&'a Value> for Node<'a> {
    fn from(value: &'a Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(is) => Self::Bool(*is),
            Value::Number(number) => Self::Number(number.clone()),
            Value::String(text) => Self::String(Cow::Borrowed(text)),
            Value::Array(items) => Self::Array(items.iter().map(Self::from).collect()),
            Value::Object(fields) => Self::Object(
                fields.iter().map(|(key, it)| (Cow::Borrowed(key.as_str()), it.into())).collect(),
            ),
        }
    }
}

impl From<Value> for Node<'static> {
    fn from(value: Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(is) => Self::Bool(is),
            Value::Number(number) => Self::Number(number),
            Value::String(text) => Self::String(Cow::Owned(text)),
            Value::Array(items) => Self::Array(items.into_iter().map(Self::from).collect()),
            Value::Object(fields) => Self::Object(
                fields.into_iter().map(|(key, it)| (Cow::Owned(key), it.into())).collect(),
            ),
        }
    }
}
