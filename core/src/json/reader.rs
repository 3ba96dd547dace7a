//! JSON text as it is read: one pass, into nodes that borrow from the text.
//!
//! serde_json reads text too, and makes a copy of its reader for each type that is read and for each
//! kind of source: with the words for what is wrong, a tenth of what a page would download. This one
//! reads one type, and says the same words at the same place. A test holds the two against each other.

mod float;

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use serde_json::Number;

use super::Unreadable;
use super::node::{Fields, Node};
use float::{and, float};

/// Reads a whole text.
///
/// # Errors
///
/// Where it is no JSON.
pub(crate) fn read_text(text: &str) -> Result<Node<'_>, Unreadable> {
    let mut reader = Reader { text, at: 0, depth: 0 };
    let node = reader.value()?;
    match reader.peek_word() {
        None => Ok(node),
        Some(_) => Err(reader.wrong_here("trailing characters")),
    }
}

/// Reads the value that a text begins with.
pub(crate) fn read_first(text: &str) -> Option<Node<'_>> {
    let mut reader = Reader { text, at: 0, depth: 0 };
    let node = reader.value().ok()?;
    // A list, an object and a string say themselves where they end.
    let ends = matches!(node, Node::Array(_) | Node::Object(_) | Node::String(_))
        || reader.peek().is_none_or(|next| b" \n\r\t\"[]{},:".contains(&next));
    ends.then_some(node)
}

/// How deep lists and objects may stand in one another.
const DEEPEST: u32 = 127;

struct Reader<'a> {
    text: &'a str,
    /// How many bytes are read.
    at: usize,
    depth: u32,
}

impl<'a> Reader<'a> {
    fn value(&mut self) -> Result<Node<'a>, Unreadable> {
        match self.peek_word() {
            None => Err(self.wrong_here(UNFINISHED)),
            Some(b'n') => self.word("null", Node::Null),
            Some(b't') => self.word("true", Node::Bool(true)),
            Some(b'f') => self.word("false", Node::Bool(false)),
            Some(b'"') => self.string().map(Node::String),
            Some(b'-' | b'0'..=b'9') => self.number().map(Node::Number),
            Some(open @ (b'[' | b'{')) => {
                if self.depth == DEEPEST {
                    return Err(self.wrong_here("recursion limit exceeded"));
                }
                self.depth += 1;
                self.at += 1;
                let node = match open {
                    b'[' => self.items().map(Node::Array),
                    _ => self.fields().map(Node::Object),
                };
                self.depth -= 1;
                node
            }
            Some(_) => Err(self.wrong_here("expected value")),
        }
    }

    fn word(&mut self, word: &str, node: Node<'a>) -> Result<Node<'a>, Unreadable> {
        for letter in word.bytes() {
            match self.next() {
                Some(found) if found == letter => {}
                Some(_) => return Err(self.wrong_before("expected ident")),
                None => return Err(self.wrong_before(UNFINISHED)),
            }
        }
        Ok(node)
    }

    fn items(&mut self) -> Result<Vec<Node<'a>>, Unreadable> {
        let mut items = Vec::new();
        loop {
            match self.peek_word() {
                Some(b']') => break,
                Some(b',') if !items.is_empty() => {
                    self.at += 1;
                    if self.peek_word() == Some(b']') {
                        return Err(self.wrong_here("trailing comma"));
                    }
                }
                Some(_) if items.is_empty() => {}
                Some(_) => return Err(self.wrong_here("expected `,` or `]`")),
                None => return Err(self.wrong_here("EOF while parsing a list")),
            }
            items.push(self.value()?);
        }
        self.at += 1;
        Ok(items)
    }

    fn fields(&mut self) -> Result<Fields<'a>, Unreadable> {
        let mut fields = Vec::new();
        loop {
            match self.peek_word() {
                Some(b'}') => break,
                Some(b',') if !fields.is_empty() => {
                    self.at += 1;
                    match self.peek_word() {
                        Some(b'}') => return Err(self.wrong_here("trailing comma")),
                        None => return Err(self.wrong_here(UNFINISHED)),
                        Some(_) => {}
                    }
                }
                // Most objects hold several fields.
                Some(_) if fields.is_empty() => fields.reserve(8),
                Some(_) => return Err(self.wrong_here("expected `,` or `}`")),
                None => return Err(self.wrong_here(UNFINISHED_OBJECT)),
            }
            if self.peek() != Some(b'"') {
                return Err(self.wrong_here("key must be a string"));
            }
            let name = self.string()?;
            match self.peek_word() {
                Some(b':') => self.at += 1,
                Some(_) => return Err(self.wrong_here("expected `:`")),
                None => return Err(self.wrong_here(UNFINISHED_OBJECT)),
            }
            fields.push((name, self.value()?));
        }
        self.at += 1;
        Ok(fields)
    }

    fn string(&mut self) -> Result<Cow<'a, str>, Unreadable> {
        self.at += 1;
        let mut start = self.at;
        let mut read = String::new();
        loop {
            self.at += plain(self.text.as_bytes().get(self.at..).unwrap_or_default());
            let piece = self.text.get(start..self.at).unwrap_or_default();
            match self.next() {
                Some(b'"') if read.is_empty() => return Ok(Cow::Borrowed(piece)),
                Some(b'"') => {
                    read.push_str(piece);
                    return Ok(Cow::Owned(read));
                }
                Some(b'\\') => {
                    read.push_str(piece);
                    read.push(self.escaped()?);
                    start = self.at;
                }
                Some(_) => {
                    let what = "control character (\\u0000-\\u001F) found while parsing a string";
                    return Err(self.wrong_before(what));
                }
                None => return Err(self.wrong_before(UNFINISHED_STRING)),
            }
        }
    }

    #[inline(never)]
    fn escaped(&mut self) -> Result<char, Unreadable> {
        Ok(match self.next() {
            Some(letter @ (b'"' | b'\\' | b'/')) => char::from(letter),
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.escaped_unit(),
            Some(_) => return Err(self.wrong_before("invalid escape")),
            None => return Err(self.wrong_before(UNFINISHED_STRING)),
        })
    }

    /// A character by its one or two units of UTF-16.
    fn escaped_unit(&mut self) -> Result<char, Unreadable> {
        let first = self.unit()?;
        if let 0xdc00..=0xdfff = first {
            return Err(self.wrong_before(LONE));
        }
        let 0xd800..=0xdbff = first else {
            return char::from_u32(first).ok_or_else(|| self.wrong_before(LONE));
        };
        for expected in [b'\\', b'u'] {
            match self.next() {
                Some(found) if found == expected => {}
                Some(_) => return Err(self.wrong_before("unexpected end of hex escape")),
                None => return Err(self.wrong_before(UNFINISHED_STRING)),
            }
        }
        let second = self.unit()?;
        let 0xdc00..=0xdfff = second else { return Err(self.wrong_before(LONE)) };
        let both = ((first - 0xd800) << 10 | (second - 0xdc00)) + 0x1_0000;
        char::from_u32(both).ok_or_else(|| self.wrong_before(LONE))
    }

    fn unit(&mut self) -> Result<u32, Unreadable> {
        let Some(digits) = self.text.as_bytes().get(self.at..self.at + 4) else {
            self.at = self.text.len();
            return Err(self.wrong_before(UNFINISHED_STRING));
        };
        self.at += 4;
        digits.iter().try_fold(0, |unit, digit| {
            let digit = char::from(*digit).to_digit(16);
            digit.map(|digit| unit << 4 | digit).ok_or_else(|| self.wrong_before("invalid escape"))
        })
    }

    fn number(&mut self) -> Result<Number, Unreadable> {
        let start = self.at;
        let is_negative = self.peek() == Some(b'-');
        if is_negative {
            self.at += 1;
        }
        let first = match self.next() {
            Some(digit @ b'0'..=b'9') => digit,
            Some(_) => return Err(self.wrong_before(NO_NUMBER)),
            None => return Err(self.wrong_before(UNFINISHED)),
        };
        let mut whole = Some(u64::from(first - b'0'));
        while let Some(digit @ b'0'..=b'9') = self.peek() {
            if first == b'0' {
                return Err(self.wrong_here(NO_NUMBER));
            }
            whole = whole.and_then(|whole| and(whole, digit));
            self.at += 1;
        }
        let is_whole = !matches!(self.peek(), Some(b'.' | b'e' | b'E'));
        match (whole, is_negative) {
            (Some(whole), false) if is_whole => return Ok(whole.into()),
            (Some(whole), true) if is_whole && whole > 0 => {
                if let Some(whole) = 0_i64.checked_sub_unsigned(whole) {
                    return Ok(whole.into());
                }
            }
            _ => self.fraction()?,
        }
        // What has a point, or is beyond 64 bits.
        let text = self.text.get(start..self.at).unwrap_or_default();
        let number = float(text).and_then(Number::from_f64);
        number.ok_or_else(|| self.wrong_before("number out of range"))
    }

    /// Passes over what stands behind the whole part of a number.
    fn fraction(&mut self) -> Result<(), Unreadable> {
        if self.peek() == Some(b'.') {
            self.at += 1;
            if self.digits() == 0 {
                return Err(match self.peek() {
                    Some(_) => self.wrong_here(NO_NUMBER),
                    None => self.wrong_here(UNFINISHED),
                });
            }
        }
        if let Some(b'e' | b'E') = self.peek() {
            self.at += 1;
            if let Some(b'+' | b'-') = self.peek() {
                self.at += 1;
            }
            if self.digits() == 0 {
                return Err(match self.next() {
                    Some(_) => self.wrong_before(NO_NUMBER),
                    None => self.wrong_before(UNFINISHED),
                });
            }
        }
        Ok(())
    }

    fn digits(&mut self) -> usize {
        let start = self.at;
        while let Some(b'0'..=b'9') = self.peek() {
            self.at += 1;
        }
        self.at - start
    }

    /// The next byte that is no space, not yet read.
    fn peek_word(&mut self) -> Option<u8> {
        loop {
            match self.peek() {
                Some(b' ' | b'\n' | b'\r' | b'\t') => self.at += 1,
                other => return other,
            }
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn next(&mut self) -> Option<u8> {
        let next = self.peek();
        self.at += usize::from(next.is_some());
        next
    }

    /// A complaint about the byte that is to come.
    fn wrong_here(&self, what: &str) -> Unreadable {
        self.wrong(what, self.text.len().min(self.at + 1))
    }

    /// A complaint about the byte that was read last.
    fn wrong_before(&self, what: &str) -> Unreadable {
        self.wrong(what, self.at)
    }

    #[cold]
    #[inline(never)]
    fn wrong(&self, what: &str, place: usize) -> Unreadable {
        let read = self.text.as_bytes().get(..place).unwrap_or_default();
        let line = read.iter().filter(|byte| **byte == b'\n').count() + 1;
        let column = read.iter().rev().take_while(|byte| **byte != b'\n').count();
        Unreadable::new(format!("{what} at line {line} column {column}"))
    }
}

/// How many bytes of a string stand for themselves, up to the first that does not.
pub(crate) fn plain(text: &[u8]) -> usize {
    let (eights, left) = text.as_chunks::<8>();
    let mut passed = 0;
    for eight in eights {
        let eight = u64::from_le_bytes(*eight);
        // The highest bit of each byte that is less than a limit, as long as none before it is.
        let less = |bytes: u64, limit: u64| bytes.wrapping_sub(EACH * limit) & !bytes;
        let is = |letter: u8| less(eight ^ (EACH * u64::from(letter)), 1);
        let ends = (less(eight, 0x20) | is(b'"') | is(b'\\')) & (EACH * 0x80);
        if ends != 0 {
            return passed + (ends.trailing_zeros() / 8) as usize;
        }
        passed += 8;
    }
    let is_plain = |byte: &u8| !matches!(byte, 0..0x20 | b'"' | b'\\');
    passed + left.iter().position(|byte| !is_plain(byte)).unwrap_or(left.len())
}

/// A one in each byte.
const EACH: u64 = u64::MAX / 255;
const UNFINISHED: &str = "EOF while parsing a value";
const UNFINISHED_OBJECT: &str = "EOF while parsing an object";
const UNFINISHED_STRING: &str = "EOF while parsing a string";
const LONE: &str = "lone leading surrogate in hex escape";
const NO_NUMBER: &str = "invalid number";

#[cfg(test)]
mod tests;
