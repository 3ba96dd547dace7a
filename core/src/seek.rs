//! Looking for a few words in a text.
//!
//! The standard library's search stays quick for any words in any text, and brings two thousand bytes
//! of code for it. Here the words are a constant or nearly one, so looking from each place at which
//! their first letter stands is as quick.

/// Where the words stand first.
pub(crate) fn first(text: &str, words: &str) -> Option<usize> {
    let (text, words) = (text.as_bytes(), words.as_bytes());
    let letter = *words.first()?;
    let mut at = 0;
    loop {
        let rest = text.get(at..)?;
        let found = memchr::memchr(letter, rest)?;
        at += found;
        if rest.get(found..)?.starts_with(words) {
            return Some(at);
        }
        at += 1;
    }
}

/// Where the words stand last.
pub(crate) fn last(text: &str, words: &str) -> Option<usize> {
    let places = 0..=text.len().checked_sub(words.len())?;
    places
        .rev()
        .find(|at| text.as_bytes().get(*at..).is_some_and(|it| it.starts_with(words.as_bytes())))
}

/// Each place where the words stand, not counting those within an earlier one, and the text behind.
pub(crate) fn each<'a>(text: &'a str, words: &str) -> impl Iterator<Item = (usize, &'a str)> {
    let mut left = text;
    core::iter::from_fn(move || {
        let found = first(left, words)?;
        left = left.get(found + words.len()..)?;
        Some((text.len() - left.len() - words.len(), left))
    })
}

/// Whether the words stand in the text.
pub(crate) fn has(text: &str, words: &str) -> bool {
    first(text, words).is_some()
}

/// What stands before and after the place where the words stand last.
pub(crate) fn parted_at_last<'a>(text: &'a str, words: &str) -> Option<(&'a str, &'a str)> {
    let at = last(text, words)?;
    Some((text.get(..at)?, text.get(at + words.len()..)?))
}

#[cfg(test)]
mod tests {
    use super::{each, first, last, parted_at_last};

    #[test]
    fn words_stand_where_the_standard_library_finds_them() {
        for text in ["", "a", "ab", "aab", "abab", "xaabaabx", "éaéab", "aaa", "abé"] {
            for words in ["a", "ab", "aab", "aa", "éa", "abab", "x", "b", "xaabaabxx"] {
                assert_eq!(first(text, words), text.find(words), "{words} in {text}");
                assert_eq!(last(text, words), text.rfind(words), "{words} in {text}");
                let places = each(text, words).map(|(at, _)| at);
                assert!(places.eq(text.match_indices(words).map(|(at, _)| at)));
                assert_eq!(parted_at_last(text, words), text.rsplit_once(words));
            }
        }
    }
}
