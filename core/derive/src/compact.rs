//! JSON that is written to be read by people, laid out for a program.

use std::path::PathBuf;

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Error, LitStr, Result};

pub(crate) fn embed(path: &LitStr) -> Result<TokenStream> {
    let folder = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from).unwrap_or_default();
    let file = folder.join(path.value());
    let wrong =
        |error| Error::new(path.span(), format!("{} cannot be read: {error}", path.value()));
    let text = compact(&std::fs::read_to_string(&file).map_err(wrong)?);
    let file = file.to_string_lossy();
    Ok(quote! {{
        // So that the compiler looks at the file again when it has changed.
        const _: &[u8] = include_bytes!(#file);
        #text
    }})
}

fn compact(json: &str) -> String {
    let (mut is_text, mut is_escaped) = (false, false);
    let mut is_kept = |letter: char| {
        if is_text {
            is_text = is_escaped || letter != '"';
            is_escaped = !is_escaped && letter == '\\';
            return true;
        }
        is_text = letter == '"';
        !letter.is_ascii_whitespace()
    };
    json.chars().filter(|letter| is_kept(*letter)).collect()
}

#[cfg(test)]
mod tests {
    use super::compact;

    #[test]
    fn only_what_stands_between_words_goes() {
        let json = r#"{ "a b": [1, "c \" d", "e\\" ],\n "f" : null }"#.replace("\\n", "\n");
        assert_eq!(compact(&json), r#"{"a b":[1,"c \" d","e\\"],"f":null}"#);
    }
}
