//! Letters without their case, for comparing words.
//!
//! The standard library knows every script's letters from a table of eleven kilobytes. The scripts
//! that answers are written in have theirs in rows, which a few lines know; a letter of another
//! script stays as it is, and then two answers agree less often than they might.

use alloc::string::String;

/// Words in lower case: Latin, Greek and Cyrillic letters.
pub(super) fn lower(words: &str) -> String {
    words.chars().map(small).collect()
}

fn small(letter: char) -> char {
    let shifted = |by: u32| char::from_u32(u32::from(letter) + by).unwrap_or(letter);
    let is_even = u32::from(letter).is_multiple_of(2);
    match letter {
        'A'..='Z' | 'À'..='Ö' | 'Ø'..='Þ' | 'Α'..='Ρ' | 'Σ'..='Ϋ' | 'А'..='Я' => {
            shifted(32)
        }
        'Ѐ'..='Џ' => shifted(80),
        'Ά' => 'ά',
        'Έ'..='Ί' => shifted(37),
        'Ό' => 'ό',
        'Ύ' | 'Ώ' => shifted(63),
        'Ÿ' => 'ÿ',
        // Capital and small letter take turns: capitals are even here,
        'Ā'..='Į'
        | 'Ĳ'..='Ķ'
        | 'Ŋ'..='Ŷ'
        | 'Ѡ'..='Ҁ'
        | 'Ҋ'..='Ҿ'
        | 'Ӑ'..='Ӿ'
        | 'Ḁ'..='Ẕ'
        | 'Ạ'..='Ỹ'
            if is_even =>
        {
            shifted(1)
        }
        // and odd here.
        'Ĺ'..='Ň' | 'Ź'..='Ž' if !is_even => shifted(1),
        _ => letter,
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::small;

    #[test]
    fn letters_of_the_scripts_that_are_known_lose_their_case() {
        let known = ['A'..='ž', 'Ά'..='Ϋ', 'Ѐ'..='ҿ', 'Ӑ'..='ӿ', 'Ḁ'..='ẕ', 'Ạ'..='ỹ'];
        for letter in known.into_iter().flatten().filter(|letter| !"İŉ".contains(*letter)) {
            assert_eq!(small(letter).to_string(), letter.to_lowercase().to_string(), "{letter}");
        }
    }
}
