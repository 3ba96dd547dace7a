//! The kernel's own JSON: what it writes and reads is what serde writes and reads.

use farebox_core::catalog::{Catalog, Limits};
use farebox_core::json::{Value, parse, read, text};
use farebox_core::request::{Message, Request};

const WHOLE: &str = include_str!("../../core/data/catalog.json");

#[test]
fn what_is_written_is_what_serde_writes() {
    let catalog = Catalog::parse(WHOLE.as_bytes()).unwrap();
    assert_eq!(text(&catalog), serde_json::to_string(&catalog).unwrap());
    let odd = "\u{0}\u{1f}\u{7f} \"\\/\u{8}\u{c}\n\r\t é😀\u{2028}[{";
    let values = [-1.5, 0.1, 1e16, 1e-7, 5e-324].map(Value::from);
    let list: Vec<Value> = values.into_iter().chain([u64::MAX.into(), i64::MIN.into()]).collect();
    let value = serde_json::json!({ odd: [odd, null, true, [], {}], "list": list });
    assert_eq!(text(&value), value.to_string());
    assert_eq!(parse(text(&value).as_bytes()).unwrap(), value);
}

#[test]
fn what_serde_reads_is_read() {
    let catalog: Catalog = serde_json::from_str(WHOLE).unwrap();
    assert_eq!(read::<Catalog>(&parse(WHOLE.as_bytes()).unwrap()).unwrap(), catalog);
}

#[test]
fn what_is_wrong_is_said_as_serde_says_it() {
    for wrong in [
        r#"{}"#,
        r#"{"contextTokens":1}"#,
        r#"{"contextTokens":-1,"maxOutputTokens":1}"#,
        r#"{"contextTokens":1.5,"maxOutputTokens":1}"#,
        r#"{"contextTokens":"many","maxOutputTokens":1}"#,
        r#"{"contextTokens":1,"maxOutputTokens":1,"other":1}"#,
    ] {
        let value = parse(wrong.as_bytes()).unwrap();
        let said = serde_json::from_value::<Limits>(value.clone()).unwrap_err().to_string();
        assert_eq!(read::<Limits>(&value).unwrap_err().to_string(), said);
    }
    for (wrong, said) in [
        (r#"[]"#, "invalid type: sequence, expected struct Message"),
        (r#"{"content":[]}"#, "missing field `role`"),
        (r#"{"role":"nobody","content":[]}"#, "unknown variant `nobody`, expected one of"),
        (r#"{"role":"user","content":[{}]}"#, "missing field `type`"),
        (r#"{"role":"user","content":[{"type":"text"}]}"#, "missing field `text`"),
        (r#"{"role":"user","content":null}"#, "invalid type: null, expected a sequence"),
    ] {
        let said_now = read::<Message>(&parse(wrong.as_bytes()).unwrap()).unwrap_err();
        assert!(said_now.to_string().starts_with(said), "{said_now}");
    }
    let request = read::<Request>(&parse(br#"{"conversation":[]}"#).unwrap()).unwrap();
    assert!(request.conversation.is_empty());
}
