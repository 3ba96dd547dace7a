//! `Writable`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::Result;

use crate::shape::{Kind, Shape, Slot, Variant, listed};

pub(crate) fn derive(shape: &Shape<'_>) -> Result<TokenStream> {
    let name = shape.name;
    let (generics, of, bounds) = shape.generics.split_for_impl();
    let written = |write: TokenStream| {
        quote! {
            #[automatically_derived]
            impl #generics ::farebox_core::json::Writable for #name #of #bounds {
                fn write(&self, out: &mut ::farebox_core::json::Writer) {
                    #write
                }
            }
        }
    };
    let object = |fields: TokenStream| {
        let written = written(quote! { out.object(self); });
        quote! {
            #written

            #[automatically_derived]
            impl #generics ::farebox_core::json::Fields for #name #of #bounds {
                #[allow(unused_mut, unused_variables)]
                fn write_fields(&self, out: &mut ::farebox_core::json::Writer) {
                    #fields
                }
            }
        }
    };
    Ok(match &shape.kind {
        Kind::Inner(field) => {
            let member = &field.member;
            written(quote! { ::farebox_core::json::Writable::write(&self.#member, out) })
        }
        Kind::Object(fields) => {
            let places = |field: &Slot<'_>| {
                let member = &field.member;
                quote! { &self.#member }
            };
            object(write_fields(fields, None, places))
        }
        Kind::Word(variants) => written(words(variants)),
        Kind::Tagged(tag, variants) => object(tagged(tag, variants)),
    })
}

fn words(variants: &[Variant<'_>]) -> TokenStream {
    let names = listed(variants.iter().map(|variant| variant.name.as_str()));
    let places = variants.iter().enumerate().map(|(place, variant)| {
        let variant = variant.ident;
        quote! { Self::#variant => #place }
    });
    quote! {
        let place: usize = match self { #(#places,)* };
        out.word(#names, place);
    }
}

fn tagged(tag: &str, variants: &[Variant<'_>]) -> TokenStream {
    let arms = variants.iter().map(|variant| {
        let bound = variant.fields.iter().map(Slot::local);
        let write = write_fields(&variant.fields, Some((tag, &variant.name)), |field| {
            let local = field.local();
            quote! { #local }
        });
        let ident = variant.ident;
        quote! { Self::#ident { #(#bound,)* } => { #write } }
    });
    quote! {
        match self { #(#arms)* }
    }
}

/// Writes the fields, which `place` borrows, after the tag if there is one.
fn write_fields(
    fields: &[Slot<'_>],
    tag: Option<(&str, &str)>,
    place: impl Fn(&Slot<'_>) -> TokenStream,
) -> TokenStream {
    let named = fields.iter().filter(|field| !field.attributes.is_flat);
    let names = listed(tag.map(|(tag, _)| tag).into_iter().chain(named.map(|f| f.name.as_str())));
    let tag = tag.map(|(_, name)| quote! { names.tag(out, #name); });
    let writes = fields.iter().map(|field| {
        let place = place(field);
        if field.attributes.is_flat {
            return quote! { ::farebox_core::json::Fields::write_fields(#place, out); };
        }
        let write = match &field.attributes.with {
            Some(with) => quote! { names.name(out); #with::write(#place, out); },
            None => quote! { names.next(out, #place); },
        };
        match &field.attributes.skip_if {
            Some(skip) => quote! { if #skip(#place) { names.skip(); } else { #write } },
            None => write,
        }
    });
    quote! {
        let mut names = ::farebox_core::json::Names::of(#names);
        #tag
        #(#writes)*
    }
}
