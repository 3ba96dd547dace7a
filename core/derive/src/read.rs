//! `Readable`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::Result;

use crate::attributes::{Fallback, OfType, wrong};
use crate::shape::{Kind, Shape, Slot, Variant, listed};

pub(crate) fn derive(shape: &Shape<'_>) -> Result<TokenStream> {
    let (blank, read) = match &shape.kind {
        Kind::Inner(field) => inner(field),
        Kind::Object(fields) => object(shape, fields)?,
        Kind::Word(variants) => words(shape, variants)?,
        Kind::Tagged(tag, variants) => tagged(tag, variants, &shape.attributes)?,
    };
    let name = shape.name;
    let (generics, of, bounds) = shape.generics.split_for_impl();
    Ok(quote! {
        #[automatically_derived]
        impl #generics ::farebox_core::json::Readable for #name #of #bounds {
            fn blank() -> Self {
                #blank
            }

            #[allow(unused_mut)]
            fn read(
                &mut self,
                value: &::farebox_core::json::Node<'_>,
            ) -> ::core::result::Result<(), ::farebox_core::json::Unreadable> {
                #read
            }
        }
    })
}

fn inner(field: &Slot<'_>) -> (TokenStream, TokenStream) {
    let (member, blank) = (&field.member, blank(field));
    let read = match &field.attributes.with {
        Some(with) => quote! { #with::read },
        None => quote! { ::farebox_core::json::Readable::read },
    };
    (quote! { Self { #member: #blank } }, quote! { #read(&mut self.#member, value) })
}

fn object(shape: &Shape<'_>, fields: &[Slot<'_>]) -> Result<(TokenStream, TokenStream)> {
    let name = shape.name.to_string();
    let blanks = fields.iter().map(|field| {
        let (member, blank) = (&field.member, blank(field));
        quote! { #member: #blank }
    });
    let blank = match shape.attributes.has_default {
        true => quote! { <Self as ::core::default::Default>::default() },
        false => quote! { Self { #(#blanks,)* } },
    };
    let slots = slots(fields, &shape.attributes, &quote! { value }, &quote! { #name })?;
    let reads = fields.iter().map(|field| {
        let member = &field.member;
        next(field, quote! { self.#member })
    });
    // What stands there may be of another's default, and is not to shine through.
    let reset = shape.attributes.has_default.then(|| {
        quote! { *self = <Self as ::core::default::Default>::default(); }
    });
    let read = quote! {
        #reset
        let mut slots = #slots;
        #(#reads)*
        slots.end()
    };
    Ok((blank, read))
}

fn words(shape: &Shape<'_>, variants: &[Variant<'_>]) -> Result<(TokenStream, TokenStream)> {
    let name = shape.name.to_string();
    let names = listed(variants.iter().map(|variant| variant.name.as_str()));
    let Some((first, others)) = variants.split_first() else {
        return wrong("an enum without variants cannot be read");
    };
    let first = first.ident;
    let places = 1_usize..;
    let others = others.iter().zip(places).map(|(variant, place)| {
        let variant = variant.ident;
        quote! { #place => Self::#variant }
    });
    let read = quote! {
        *self = match ::farebox_core::json::place_of_word(value, #name, #names)? {
            #(#others,)*
            _ => Self::#first,
        };
        Ok(())
    };
    Ok((quote! { Self::#first }, read))
}

fn tagged(
    tag: &str,
    variants: &[Variant<'_>],
    attributes: &OfType,
) -> Result<(TokenStream, TokenStream)> {
    let names = listed(variants.iter().map(|variant| variant.name.as_str()));
    let Some(first) = variants.first() else {
        return wrong("an enum without variants cannot be read");
    };
    let blanks = first.fields.iter().map(|field| {
        let (member, blank) = (&field.member, blank(field));
        quote! { #member: #blank }
    });
    let ident = first.ident;
    let blank_all = quote! { Self::#ident { #(#blanks,)* } };
    let arms = variants.iter().enumerate().map(|(place, variant)| {
        let slots = slots(&variant.fields, attributes, &quote! { value }, &quote! { "" })?;
        let lets = variant.fields.iter().map(|field| {
            let (local, of, blank) = (field.local(), field.of, blank(field));
            quote! { let mut #local: #of = #blank; }
        });
        let reads = variant.fields.iter().map(|field| {
            let local = field.local();
            next(field, quote! { #local })
        });
        let filled = variant.fields.iter().map(Slot::local);
        let pattern = match place + 1 == variants.len() {
            true => quote! { _ },
            false => quote! { #place },
        };
        let ident = variant.ident;
        Ok(quote! {
            #pattern => {
                let mut slots = #slots;
                #(#lets)*
                #(#reads)*
                slots.end()?;
                *self = Self::#ident { #(#filled,)* };
            }
        })
    });
    let arms = arms.collect::<Result<Vec<_>>>()?;
    let read = quote! {
        match ::farebox_core::json::place_of_tag(value, #tag, #names)? {
            #(#arms)*
        }
        Ok(())
    };
    Ok((blank_all, read))
}

/// The object's values in the order of these fields.
fn slots(
    fields: &[Slot<'_>],
    attributes: &OfType,
    value: &TokenStream,
    name: &TokenStream,
) -> Result<TokenStream> {
    if fields.len() > 32 {
        return wrong("an object of more than 32 fields cannot be read");
    }
    if fields.iter().any(|field| field.attributes.is_flat) {
        return wrong("a field laid flat among others can only be written");
    }
    let names = listed(fields.iter().map(|field| field.name.as_str()));
    let is_optional =
        |field: &Slot<'_>| attributes.has_default || field.attributes.default.is_some();
    let required = fields.iter().enumerate().filter(|(_, field)| !is_optional(field));
    let required = required.fold(0_u32, |all, (place, _)| all | 1 << place);
    let (tag, is_open) = (attributes.tag.as_deref().unwrap_or_default(), !attributes.is_strict);
    Ok(quote! {
        ::farebox_core::json::Slots::of(
            #value,
            &const {
                ::farebox_core::json::Layout {
                    name: #name,
                    tag: #tag,
                    fields: #names,
                    required: #required,
                    is_open: #is_open,
                }
            },
        )
    })
}

fn next(field: &Slot<'_>, place: TokenStream) -> TokenStream {
    match &field.attributes.with {
        Some(with) => quote! { slots.next_with(&mut #place, #with::read); },
        None => quote! { slots.next(&mut #place); },
    }
}

fn blank(field: &Slot<'_>) -> TokenStream {
    match (&field.attributes.default, &field.attributes.with) {
        (Some(Fallback::Made(path)), _) => quote! { #path() },
        (Some(Fallback::OfType), _) | (None, Some(_)) => {
            quote! { ::core::default::Default::default() }
        }
        (None, None) => quote! { ::farebox_core::json::Readable::blank() },
    }
}
