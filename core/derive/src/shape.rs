//! A type as JSON has it.

use std::iter;

use proc_macro2::Span;
use syn::{Data, DeriveInput, Field, Fields, Generics, Ident, Member, Result, Type};

use crate::attributes::{OfField, OfType, wrong};
use crate::names::Case;

/// A type and what it is in JSON.
pub(crate) struct Shape<'a> {
    pub(crate) name: &'a Ident,
    pub(crate) generics: &'a Generics,
    pub(crate) attributes: OfType,
    pub(crate) kind: Kind<'a>,
}

/// What a type is in JSON.
pub(crate) enum Kind<'a> {
    /// What its one field is.
    Inner(Slot<'a>),
    /// An object.
    Object(Vec<Slot<'a>>),
    /// One of these words.
    Word(Vec<Variant<'a>>),
    /// An object that names its variant in a field.
    Tagged(String, Vec<Variant<'a>>),
}

/// A variant, its name in JSON and its fields.
pub(crate) struct Variant<'a> {
    pub(crate) ident: &'a Ident,
    pub(crate) name: String,
    pub(crate) fields: Vec<Slot<'a>>,
}

/// A field and its name in JSON.
pub(crate) struct Slot<'a> {
    pub(crate) member: Member,
    pub(crate) of: &'a Type,
    pub(crate) name: String,
    pub(crate) attributes: OfField,
}

impl<'a> Shape<'a> {
    pub(crate) fn of(input: &'a DeriveInput) -> Result<Self> {
        let attributes = OfType::read(&input.attrs)?;
        let kind = match &input.data {
            Data::Struct(data) => match &data.fields {
                Fields::Named(_) if !attributes.is_transparent => {
                    Kind::Object(slots(&data.fields, attributes.rename_all)?)
                }
                fields => match slots(fields, Case::AsWritten)?.pop() {
                    Some(only) if fields.len() == 1 => Kind::Inner(only),
                    _ => return wrong("a tuple of one field can be read and written"),
                },
            },
            Data::Enum(data) => {
                let variants = data.variants.iter().map(|variant| {
                    let own = OfField::read(&variant.attrs)?;
                    let name = variant.ident.to_string();
                    let name = own.rename.unwrap_or(attributes.rename_all.of_variant(&name));
                    let fields = slots(&variant.fields, attributes.rename_all_fields)?;
                    Ok(Variant { ident: &variant.ident, name: listable(name)?, fields })
                });
                let variants = variants.collect::<Result<Vec<_>>>()?;
                match &attributes.tag {
                    Some(tag) => Kind::Tagged(listable(tag.clone())?, variants),
                    None if variants.iter().all(|variant| variant.fields.is_empty()) => {
                        Kind::Word(variants)
                    }
                    None => return wrong("an enum whose variants hold something needs a `tag`"),
                }
            }
            Data::Union(_) => return wrong("a union is not JSON"),
        };
        Ok(Self { name: &input.ident, generics: &input.generics, attributes, kind })
    }
}

impl Slot<'_> {
    /// The name of a variable that holds the field of a variant.
    pub(crate) fn local(&self) -> Ident {
        match &self.member {
            Member::Named(name) => name.clone(),
            Member::Unnamed(index) => {
                Ident::new(&format!("field{}", index.index), Span::call_site())
            }
        }
    }
}

fn slots(fields: &Fields, case: Case) -> Result<Vec<Slot<'_>>> {
    fields.iter().zip(fields.members()).map(|(field, member)| slot(field, member, case)).collect()
}

fn slot(field: &Field, member: Member, case: Case) -> Result<Slot<'_>> {
    let attributes = OfField::read(&field.attrs)?;
    let name = match (&attributes.rename, &member) {
        (Some(name), _) => name.clone(),
        (None, Member::Named(name)) => case.of_field(&name.to_string()),
        (None, Member::Unnamed(_)) => String::new(),
    };
    Ok(Slot { member, of: &field.ty, name: listable(name)?, attributes })
}

/// A name whose length is told by one byte of a text.
fn listable(name: String) -> Result<String> {
    if name.len() < 128 { Ok(name) } else { wrong("a name of 128 bytes or more is too long") }
}

/// Names in one text, before each a byte of how long it is.
pub(crate) fn listed<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let length = |name: &str| char::from(name.len() as u8);
    names.flat_map(|name| iter::once(length(name)).chain(name.chars())).collect()
}
