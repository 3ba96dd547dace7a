//! A part of a JSON value by its path, as RFC 6901 writes it.

use alloc::borrow::Cow;
use alloc::string::String;

use serde_json::Value;

/// The part that a path such as `/$defs/city` or `/items/0` names; the whole by a path of nothing.
pub(crate) fn part<'a>(value: &'a Value, path: &str) -> Option<&'a Value> {
    if path.is_empty() {
        return Some(value);
    }
    path.strip_prefix('/')?.split('/').try_fold(value, |value, step| match value {
        Value::Object(fields) => fields.get(&*plain(step)),
        Value::Array(items) => items.get(place(step)?),
        _ => None,
    })
}

/// A step as it stands in the value.
fn plain(step: &str) -> Cow<'_, str> {
    if !step.contains('~') {
        return Cow::Borrowed(step);
    }
    let mut plain = String::with_capacity(step.len());
    let mut letters = step.chars().peekable();
    while let Some(letter) = letters.next() {
        let escaped = match letters.peek() {
            Some('0') if letter == '~' => '~',
            Some('1') if letter == '~' => '/',
            _ => {
                plain.push(letter);
                continue;
            }
        };
        plain.push(escaped);
        letters.next();
    }
    Cow::Owned(plain)
}

fn place(step: &str) -> Option<usize> {
    let is_place = step == "0" || !step.starts_with(['0', '+']);
    step.parse().ok().filter(|_| is_place)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::part;

    #[test]
    fn a_path_names_what_it_names_to_serde() {
        let value: Value =
            json!({"a": [1, {"b/c": 2, "d~e": 3, "~1": 4, "": 5, "é~x": 6}], "": {"": 7}, "0": 8});
        for path in [
            "",
            "/",
            "//",
            "a",
            "/a",
            "/a/0",
            "/a/00",
            "/a/+1",
            "/a/01",
            "/a/1/b~1c",
            "/a/1/d~0e",
            "/a/9",
            "/a/1/~01",
            "/a/1/",
            "/a/1/é~x",
            "/0",
            "/a/-1",
            "/a/1/b/c",
            "/a/18446744073709551616",
        ] {
            assert_eq!(part(&value, path), value.pointer(path), "{path}");
        }
    }
}
