//! What can be written as JSON.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use serde_json::{Map, Value};

use super::Writer;
use crate::sorted::{SortedMap, SortedSet};

/// A type that is written as JSON.
pub trait Writable {
    /// Writes it.
    fn write(&self, out: &mut Writer);
}

/// A type that is an object in JSON.
pub trait Fields {
    /// Writes the fields, without the braces around them.
    fn write_fields(&self, out: &mut Writer);
}

macro_rules! written {
    ($($type:ty: $write:expr;)*) => {
        $(impl Writable for $type {
            fn write(&self, out: &mut Writer) {
                let write: fn(&Self, &mut Writer) = $write;
                write(self, out);
            }
        })*
    };
}

written! {
    (): |_, out| out.raw("null");
    bool: |value, out| out.raw(if *value { "true" } else { "false" });
    u8: |number, out| out.unsigned((*number).into());
    u16: |number, out| out.unsigned((*number).into());
    u32: |number, out| out.unsigned((*number).into());
    u64: |number, out| out.unsigned(*number);
    usize: |number, out| out.unsigned(*number as u64);
    i32: |number, out| out.signed((*number).into());
    i64: |number, out| out.signed(*number);
    str: |text, out| out.string(text);
    String: |text, out| out.string(text);
    Value: |value, out| out.value(value);
    Map<String, Value>: |fields, out| out.pairs(
        &mut fields.iter().map(|(key, value)| (key as &dyn Writable, value as &dyn Writable))
    );
}

impl<T: Writable + ?Sized> Writable for &T {
    fn write(&self, out: &mut Writer) {
        (**self).write(out);
    }
}

impl<T: Writable + ?Sized> Writable for Box<T> {
    fn write(&self, out: &mut Writer) {
        (**self).write(out);
    }
}

impl<T: Writable> Writable for Option<T> {
    fn write(&self, out: &mut Writer) {
        match self {
            Some(value) => value.write(out),
            None => out.raw("null"),
        }
    }
}

impl<T: Writable> Writable for [T] {
    fn write(&self, out: &mut Writer) {
        out.list(&mut self.iter().map(|item| item as &dyn Writable));
    }
}

impl<T: Writable> Writable for Vec<T> {
    fn write(&self, out: &mut Writer) {
        self.as_slice().write(out);
    }
}

impl<T: Writable, const N: usize> Writable for [T; N] {
    fn write(&self, out: &mut Writer) {
        self.as_slice().write(out);
    }
}

impl<A: Writable, B: Writable> Writable for (A, B) {
    fn write(&self, out: &mut Writer) {
        out.list(&mut [&self.0 as &dyn Writable, &self.1].into_iter());
    }
}

impl<T: Writable + Ord> Writable for SortedSet<T> {
    fn write(&self, out: &mut Writer) {
        out.list(&mut self.iter().map(|item| item as &dyn Writable));
    }
}

impl<K: Writable, V: Writable> Writable for BTreeMap<K, V> {
    fn write(&self, out: &mut Writer) {
        out.pairs(
            &mut self.iter().map(|(key, value)| (key as &dyn Writable, value as &dyn Writable)),
        );
    }
}

impl<K: Writable, V: Writable> Writable for SortedMap<K, V> {
    fn write(&self, out: &mut Writer) {
        out.pairs(
            &mut self.iter().map(|(key, value)| (key as &dyn Writable, value as &dyn Writable)),
        );
    }
}
