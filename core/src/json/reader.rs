//! The reader itself: a value seen as serde wants to see it.

use serde::de::value::{StrDeserializer, U32Deserializer};
use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, Error, Expected, IntoDeserializer, MapAccess,
    SeqAccess, Unexpected, VariantAccess, Visitor,
};
use serde_json::{Value, map};

use super::Unreadable;
use super::slots::Slots;

/// A value about to be read.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a>(pub(super) &'a Value);

impl<'a> Reader<'a> {
    fn wrong<T>(self, expected: &dyn Expected) -> Result<T, Unreadable> {
        let found = match self.0 {
            Value::Null => Unexpected::Unit,
            Value::Bool(value) => Unexpected::Bool(*value),
            Value::Number(number) => match (number.as_u64(), number.as_i64(), number.as_f64()) {
                (Some(number), ..) => Unexpected::Unsigned(number),
                (_, Some(number), _) => Unexpected::Signed(number),
                (.., number) => Unexpected::Float(number.unwrap_or(f64::NAN)),
            },
            Value::String(text) => Unexpected::Str(text),
            Value::Array(_) => Unexpected::Seq,
            Value::Object(_) => Unexpected::Map,
        };
        Err(Unreadable::invalid_type(found, expected))
    }

    fn number<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        let Value::Number(number) = self.0 else { return self.wrong(&visitor) };
        match (number.as_u64(), number.as_i64(), number.as_f64()) {
            (Some(number), ..) => visitor.visit_u64(number),
            (_, Some(number), _) => visitor.visit_i64(number),
            (.., Some(number)) => visitor.visit_f64(number),
            _ => self.wrong(&visitor),
        }
    }
}

macro_rules! forward {
    ($to:ident: $($name:ident)*) => {
        $(fn $name<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Unreadable> {
            self.$to(visitor)
        })*
    };
}

impl<'a> Deserializer<'a> for Reader<'a> {
    type Error = Unreadable;

    fn deserialize_any<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        match self.0 {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(*value),
            Value::Number(_) => self.number(visitor),
            Value::String(text) => visitor.visit_str(text),
            Value::Array(items) => visitor.visit_seq(Items(items.iter())),
            Value::Object(fields) => {
                visitor.visit_map(Entries { left: fields.iter(), value: None })
            }
        }
    }

    fn deserialize_bool<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        match self.0 {
            Value::Bool(value) => visitor.visit_bool(*value),
            _ => self.wrong(&visitor),
        }
    }

    forward! { number:
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128
        deserialize_f32 deserialize_f64
    }

    fn deserialize_str<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        match self.0 {
            Value::String(text) => visitor.visit_str(text),
            _ => self.wrong(&visitor),
        }
    }

    forward! { deserialize_str:
        deserialize_char deserialize_string deserialize_identifier deserialize_bytes
        deserialize_byte_buf
    }

    fn deserialize_option<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        match self.0 {
            Value::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_unit<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        match self.0 {
            Value::Null => visitor.visit_unit(),
            _ => self.wrong(&visitor),
        }
    }

    fn deserialize_unit_struct<V: Visitor<'a>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Unreadable> {
        self.deserialize_unit(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'a>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Unreadable> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        match self.0 {
            Value::Array(items) => visitor.visit_seq(Items(items.iter())),
            _ => self.wrong(&visitor),
        }
    }

    fn deserialize_tuple<V: Visitor<'a>>(
        self,
        length: usize,
        visitor: V,
    ) -> Result<V::Value, Unreadable> {
        match self.0 {
            Value::Array(items) if items.len() > length => {
                Err(Unreadable::invalid_length(items.len(), &visitor))
            }
            _ => self.deserialize_seq(visitor),
        }
    }

    fn deserialize_tuple_struct<V: Visitor<'a>>(
        self,
        _name: &'static str,
        length: usize,
        visitor: V,
    ) -> Result<V::Value, Unreadable> {
        self.deserialize_tuple(length, visitor)
    }

    fn deserialize_map<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        match self.0 {
            Value::Object(fields) => {
                visitor.visit_map(Entries { left: fields.iter(), value: None })
            }
            _ => self.wrong(&visitor),
        }
    }

    fn deserialize_struct<V: Visitor<'a>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unreadable> {
        let Value::Object(given) = self.0 else { return self.wrong(&visitor) };
        let mut slots = Slots::of(given, fields, name)?;
        visitor.visit_seq(&mut slots).map_err(|error| slots.explain(error))
    }

    fn deserialize_enum<V: Visitor<'a>>(
        self,
        _name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unreadable> {
        match Variant::of(self.0, variants)? {
            Some(variant) => visitor.visit_enum(variant),
            None => self.wrong(&visitor),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        visitor.visit_unit()
    }
}

struct Items<'a>(core::slice::Iter<'a, Value>);

impl<'a> SeqAccess<'a> for Items<'a> {
    type Error = Unreadable;

    fn next_element_seed<T: DeserializeSeed<'a>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Unreadable> {
        self.0.next().map(|item| seed.deserialize(Reader(item))).transpose()
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.0.len())
    }
}

struct Entries<'a> {
    left: map::Iter<'a>,
    value: Option<&'a Value>,
}

impl<'a> MapAccess<'a> for Entries<'a> {
    type Error = Unreadable;

    fn next_key_seed<K: DeserializeSeed<'a>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Unreadable> {
        let Some((key, value)) = self.left.next() else { return Ok(None) };
        self.value = Some(value);
        let key: StrDeserializer<'_, Unreadable> = key.as_str().into_deserializer();
        seed.deserialize(key).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'a>>(&mut self, seed: V) -> Result<V::Value, Unreadable> {
        match self.value.take() {
            Some(value) => seed.deserialize(Reader(value)),
            None => Err(Unreadable::custom("a value was asked for before its key")),
        }
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.left.len())
    }
}

/// A variant by its place among all of them, with what it holds if it holds anything.
struct Variant<'a> {
    place: u32,
    value: Option<&'a Value>,
}

impl<'a> Variant<'a> {
    fn of(value: &'a Value, variants: &'static [&'static str]) -> Result<Option<Self>, Unreadable> {
        let (name, value) = match value {
            Value::String(name) => (name, None),
            Value::Object(fields) if fields.len() == 1 => match fields.iter().next() {
                Some((name, value)) => (name, Some(value)),
                None => return Ok(None),
            },
            _ => return Ok(None),
        };
        match variants.iter().position(|variant| variant == name) {
            Some(place) => Ok(Some(Self { place: place as u32, value })),
            None => Err(Unreadable::unknown_variant(name, variants)),
        }
    }
}

impl<'a> EnumAccess<'a> for Variant<'a> {
    type Error = Unreadable;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'a>>(self, seed: V) -> Result<(V::Value, Self), Unreadable> {
        let place: U32Deserializer<Unreadable> = self.place.into_deserializer();
        Ok((seed.deserialize(place)?, self))
    }
}

impl<'a> Variant<'a> {
    fn held(&self, expected: &dyn Expected) -> Result<Reader<'a>, Unreadable> {
        let held = self.value.map(Reader);
        held.ok_or_else(|| Unreadable::invalid_type(Unexpected::UnitVariant, expected))
    }
}

impl<'a> VariantAccess<'a> for Variant<'a> {
    type Error = Unreadable;

    fn unit_variant(self) -> Result<(), Unreadable> {
        match self.value {
            None | Some(Value::Null) => Ok(()),
            Some(value) => Reader(value).wrong(&"unit variant"),
        }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'a>>(self, seed: T) -> Result<T::Value, Unreadable> {
        seed.deserialize(self.held(&"newtype variant")?)
    }

    fn tuple_variant<V: Visitor<'a>>(
        self,
        length: usize,
        visitor: V,
    ) -> Result<V::Value, Unreadable> {
        self.held(&"tuple variant")?.deserialize_tuple(length, visitor)
    }

    fn struct_variant<V: Visitor<'a>>(
        self,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unreadable> {
        self.held(&"struct variant")?.deserialize_map(visitor)
    }
}
