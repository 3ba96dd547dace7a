//! Names as they stand in JSON.

use syn::{Error, LitStr, Result};

/// How the names of Rust become those of JSON.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Case {
    /// As they are.
    #[default]
    AsWritten,
    /// `likeThis`.
    Camel,
    /// `like_this`.
    Snake,
}

impl Case {
    pub(crate) fn parse(word: &LitStr) -> Result<Self> {
        match word.value().as_str() {
            "camelCase" => Ok(Self::Camel),
            "snake_case" => Ok(Self::Snake),
            _ => Err(Error::new(word.span(), "`camelCase` and `snake_case` are known")),
        }
    }

    /// The name of a field, which is written `like_this` in Rust.
    pub(crate) fn of_field(self, name: &str) -> String {
        if self != Self::Camel {
            return name.into();
        }
        let mut words = name.split('_');
        let first = words.next().unwrap_or_default().to_owned();
        words.fold(first, |all, word| all + &with_first(word, char::to_ascii_uppercase))
    }

    /// The name of a variant, which is written `LikeThis` in Rust.
    pub(crate) fn of_variant(self, name: &str) -> String {
        match self {
            Self::AsWritten => name.into(),
            Self::Camel => with_first(name, char::to_ascii_lowercase),
            Self::Snake => {
                let mut all = String::new();
                for (place, letter) in name.char_indices() {
                    if place > 0 && letter.is_uppercase() {
                        all.push('_');
                    }
                    all.push(letter.to_ascii_lowercase());
                }
                all
            }
        }
    }
}

fn with_first(word: &str, change: fn(&char) -> char) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| change(&first)).into_iter().chain(letters).collect()
}

#[cfg(test)]
mod tests {
    use super::Case;

    #[test]
    fn names_are_those_of_serde() {
        assert_eq!(Case::Camel.of_field("max_output_tokens"), "maxOutputTokens");
        assert_eq!(Case::AsWritten.of_field("max_output"), "max_output");
        assert_eq!(Case::Snake.of_variant("OpenaiHarmony52"), "openai_harmony52");
        assert_eq!(Case::Snake.of_variant("Text"), "text");
    }
}
