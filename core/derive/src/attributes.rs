//! What stands in `#[serde(...)]`.

use proc_macro2::Span;
use syn::meta::ParseNestedMeta;
use syn::{Attribute, Error, LitStr, Path, Result};

use crate::names::Case;

/// The attributes of a type.
#[derive(Default)]
pub(crate) struct OfType {
    pub(crate) rename_all: Case,
    pub(crate) rename_all_fields: Case,
    pub(crate) tag: Option<String>,
    pub(crate) is_strict: bool,
    pub(crate) has_default: bool,
    pub(crate) is_transparent: bool,
}

/// The attributes of a field or a variant.
#[derive(Default)]
pub(crate) struct OfField {
    pub(crate) rename: Option<String>,
    pub(crate) default: Option<Fallback>,
    pub(crate) skip_if: Option<Path>,
    pub(crate) with: Option<Path>,
    pub(crate) is_flat: bool,
}

/// What stands in for an absent field.
pub(crate) enum Fallback {
    /// The default of its type.
    OfType,
    /// What a function gives.
    Made(Path),
}

impl OfType {
    pub(crate) fn read(attributes: &[Attribute]) -> Result<Self> {
        let mut all = Self::default();
        each(attributes, |meta| {
            let name = name(&meta);
            match name.as_str() {
                "rename_all" => all.rename_all = Case::parse(&meta.value()?.parse()?)?,
                "rename_all_fields" => {
                    all.rename_all_fields = Case::parse(&meta.value()?.parse()?)?;
                }
                "tag" => all.tag = Some(meta.value()?.parse::<LitStr>()?.value()),
                "deny_unknown_fields" => all.is_strict = true,
                "default" => all.has_default = true,
                "transparent" => all.is_transparent = true,
                _ => return Err(meta.error("a type is not read or written by this attribute")),
            }
            Ok(())
        })?;
        Ok(all)
    }
}

impl OfField {
    pub(crate) fn read(attributes: &[Attribute]) -> Result<Self> {
        let mut all = Self::default();
        each(attributes, |meta| {
            let name = name(&meta);
            match name.as_str() {
                "rename" => all.rename = Some(meta.value()?.parse::<LitStr>()?.value()),
                "default" if meta.input.peek(syn::Token![=]) => {
                    all.default = Some(Fallback::Made(path(&meta)?));
                }
                "default" => all.default = Some(Fallback::OfType),
                "skip_serializing_if" => all.skip_if = Some(path(&meta)?),
                "with" => all.with = Some(path(&meta)?),
                "flatten" => all.is_flat = true,
                _ => return Err(meta.error("a field is not read or written by this attribute")),
            }
            Ok(())
        })?;
        Ok(all)
    }
}

fn each(
    attributes: &[Attribute],
    mut read: impl FnMut(ParseNestedMeta<'_>) -> Result<()>,
) -> Result<()> {
    let mut of_serde = attributes.iter().filter(|attribute| attribute.path().is_ident("serde"));
    of_serde.try_for_each(|attribute| attribute.parse_nested_meta(&mut read))
}

fn name(meta: &ParseNestedMeta<'_>) -> String {
    meta.path.get_ident().map(ToString::to_string).unwrap_or_default()
}

fn path(meta: &ParseNestedMeta<'_>) -> Result<Path> {
    meta.value()?.parse::<LitStr>()?.parse()
}

/// A complaint about the type as a whole.
pub(crate) fn wrong<T>(message: &str) -> Result<T> {
    Err(Error::new(Span::call_site(), message))
}
